import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const RULES = 'packages/rules/src';
const ID = /^(?:[a-z]+|k8s)(?:-[a-z0-9]+)+$/;

/** What the author of a rule asked for and cannot have, in one line. */
export class ScaffoldError extends Error {}

/** `port-name-missing` as `portNameMissing`. */
export function constOf(id: string): string {
  return id.replace(/-([a-z0-9])/g, (_, character: string) => character.toUpperCase());
}

/**
 * Writes a rule, its test and its two lines in the list. The rule compiles, finds nothing and shows an example that
 * says it should: its test fails until somebody has filled it in.
 */
export function scaffoldRule(id: string, root: string): string[] {
  if (!ID.test(id)) {
    throw new ScaffoldError(
      `"${id}" is no id of a rule: small words joined by "-", the topic first, such as port-name-missing`,
    );
  }
  const topic = id.split('-')[0] as string;
  const rule = `${RULES}/${topic}/${id}.ts`;
  const test = `${RULES}/${topic}/${id}.test.ts`;
  const list = `${RULES}/index.ts`;
  for (const path of [rule, test])
    if (existsSync(join(root, path))) throw new ScaffoldError(`${path} is there already`);
  const listed = insertIntoList(readFileSync(join(root, list), 'utf8'), id);
  mkdirSync(dirname(join(root, rule)), { recursive: true });
  writeFileSync(join(root, rule), ruleText(id));
  writeFileSync(join(root, test), testText(id));
  writeFileSync(join(root, list), listed);
  return [rule, test, list];
}

const IMPORT = /^import \{ \w+ \} from '\.\/([a-z][a-z0-9]*)\/([a-z0-9-]+)\.ts';$/;
const LIST = /(readonly Rule\[\] = \[)([\w\s,]*)(\];)/;

/** The text of `index.ts` with one more rule in it, both parts sorted by id. */
export function insertIntoList(text: string, id: string): string {
  const found = LIST.exec(text);
  if (!found) throw new ScaffoldError(`${RULES}/index.ts has no list that begins with "readonly Rule[] = ["`);
  const name = constOf(id);
  const lines = text.split('\n');
  const imports = lines.filter((line) => IMPORT.test(line));
  const ids = imports.map((line) => IMPORT.exec(line)?.[2] as string);
  if (ids.includes(id)) throw new ScaffoldError(`${RULES}/index.ts lists ${id} already`);
  const all = [...ids, id].sort();
  const sorted = all.map((one) => `import { ${constOf(one)} } from './${one.split('-')[0]}/${one}.ts';`);
  // A rule may stand in a folder that is not its first word: its own line is kept.
  const kept = sorted.map((line, i) => imports[ids.indexOf(all[i] as string)] ?? line);
  const others = lines.filter((line) => !IMPORT.test(line));
  const last = others.findLastIndex((line) => line.startsWith('import '));
  const joined = [...others.slice(0, last + 1), ...kept, ...others.slice(last + 1)].join('\n');
  const names = [...(found[2] as string).split(',').map((one) => one.trim()), name].filter((one) => one !== '');
  const inOrder = all.map(constOf).filter((one) => names.includes(one));
  const unknown = names.filter((one) => !inOrder.includes(one));
  if (unknown.length > 0) throw new ScaffoldError(`${RULES}/index.ts lists ${unknown.join(', ')} without importing it`);
  return joined.replace(
    LIST,
    (_, head: string, __, tail: string) => `${head}\n${inOrder.map((one) => `  ${one},\n`).join('')}${tail}`,
  );
}

function ruleText(id: string): string {
  return `import { defineRule } from '@meshvet/core';

export const ${constOf(id)} = defineRule({
  meta: {
    id: '${id}',
    summary: 'TODO: what is wrong, in one sentence.',
    why: 'TODO: what the mesh does because of it, in one sentence.',
    fix: 'TODO: what to do, in one sentence.',
    severity: 'warning',
    // TODO: service, workload, namespace, resource or problem.
    subject: 'service',
    // TODO: the codes that istioctl (IST0118) and Kiali (KIA0601) have for it; away with it where there are none.
    codes: [],
    // TODO: where it is written that the mesh behaves so.
    sources: [],
    messages: {
      situation: 'TODO: Service {service} was written like this; that would be accepted.',
    },
  },
  examples: {
    bad: [
      {
        title: 'TODO: what it shows',
        yaml: \`
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - port: 80 #~ situation
        \`,
      },
    ],
    good: [
      {
        title: 'TODO: what is right',
        yaml: \`
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: http, port: 80 }
        \`,
      },
    ],
  },
  check({ subject, report }) {
    for (const port of subject.ports) {
      // TODO: when it is wrong. A finding must be true for the owner of the file; unknown is never an accusation.
      const wrong = port.number === undefined && false;
      if (wrong) report(port.field, 'situation', { service: subject.resource.name });
    }
  },
});
`;
}

function testText(id: string): string {
  return `import { testRule, yaml } from '@meshvet/core/testing';
import { ${constOf(id)} } from './${id}.ts';

// The examples of the rule run too. A case is named for what was believed wrongly, or for what is right.
testRule(${constOf(id)}, {
  bad: {},
  good: {
    'TODO: a case that looks wrong and is not': yaml\`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { selector: { app: db }, ports: [{ name: tcp-db, port: 3306 }] }
    \`,
  },
});
`;
}
