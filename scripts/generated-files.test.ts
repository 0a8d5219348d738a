import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { defineRule, type Rule } from '../packages/core/src/index.ts';
import { differences, generatedFiles } from './generated-files.ts';
import { rulePage } from './rule-page.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function emptyRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'meshvet-docs-'));
  folders.push(root);
  write(root, 'packages/core/schema/report.schema.json', '{}\n');
  return root;
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function ruleWith(examples: Rule['examples']): Rule {
  return defineRule({
    meta: {
      id: 'port-odd',
      summary: 'A port is <odd>.',
      why: 'Nobody knows.',
      fix: 'Take an even one.',
      severity: 'warning',
      profiles: { 'istio-1.0': 'off' },
      since: '1.8',
      subject: 'service',
      codes: ['IST0118'],
      sources: ['a page'],
      messages: { odd: 'Port {port} is odd.' },
    },
    examples,
    check({ subject, report }) {
      for (const port of subject.ports) {
        if (port.number !== undefined && port.number % 2 === 1)
          report(port.field.at('port'), 'odd', { port: port.number });
      }
    },
  });
}

const service = (port: number, mark = '') => `
  apiVersion: v1
  kind: Service
  metadata: { name: cart }
  spec:
    ports:
      - port: ${port}${mark}
`;

test('a page shows what the rule really finds, under the exact characters', async () => {
  const page = await rulePage(
    ruleWith({ bad: [{ title: 'an odd port', yaml: service(4321, ' #~ odd') }], good: [{ yaml: service(80) }] }),
  );
  expect(page).not.toContain('#~');
  expect(page).toContain('    - port: 4321\n```');
  expect(page).toContain(
    ['```text', '6:13  warning  Port 4321 is odd.', '   6 |     - port: 4321', '     |             ^^^^', '```'].join(
      '\n',
    ),
  );
  expect(page).toContain('A port is \\<odd\\>.');
  expect(page).toContain('| istio-1.0 | off | off | off |');
  expect(page).toContain('| istio-legacy | off | off | off |');
  expect(page).toContain('| istio-current (default) | warning | warning | warning |');
});

test('an example that does not show its rule is refused', async () => {
  await expect(rulePage(ruleWith({ bad: [{ yaml: service(80) }], good: [] }))).rejects.toThrow('nothing is found');
  await expect(rulePage(ruleWith({ bad: [], good: [{ yaml: service(81) }] }))).rejects.toThrow('has findings');
});

test('what is missing, what differs and what is left over is named', async () => {
  const root = emptyRoot();
  const files = await generatedFiles([ruleWith({ bad: [{ yaml: service(1) }], good: [] })], root);
  expect(differences(files, root)).toContain('docs/rules/port-odd.md is missing');
  for (const [path, text] of files) write(root, path, text);
  expect(differences(files, root)).toEqual([]);
  write(root, 'docs/rules/port-odd.md', 'changed by hand\n');
  write(root, 'docs/rules/port-gone.md', 'of a rule that is gone\n');
  expect(differences(files, root)).toEqual([
    'docs/rules/port-odd.md differs',
    'docs/rules/port-gone.md belongs to no rule',
  ]);
});
