import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meshSettings, PROFILES } from '../installation/settings.ts';
import { parseVersion } from '../installation/version.ts';
import { defineRule, type Rule } from '../rule/define-rule.ts';
import { CONFIG_DEFAULTS, PRESETS } from './config.ts';
import { CODE_PATTERN, configSchema, configSchemaText } from './config-schema.ts';
import { projectMatcher, settingsOf } from './resolve-config.ts';

function ruleOf(id: string, more: Partial<Rule['meta']> = {}, options?: Rule['options']): Rule {
  const messages: Record<string, string> = {};
  return defineRule({
    meta: {
      id,
      summary: `Summary of ${id}.`,
      why: 'B.',
      fix: 'C.',
      severity: 'warning',
      subject: 'service',
      sources: [],
      messages,
      ...more,
    },
    ...(options && { options }),
    examples: { bad: [], good: [] },
    check() {},
  });
}

const limit = {
  schema: { type: 'object', additionalProperties: false, properties: { most: { type: 'integer' } } },
  defaults: { most: 3 },
};
const RULES = [
  ruleOf('port-name-missing', { codes: ['IST0118', 'IST0101/host'], formerly: ['port-unnamed'] }),
  ruleOf('labels-many', { severity: 'info' }, limit),
];

interface Node {
  readonly [key: string]: unknown;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly then?: Node;
  readonly else?: Node;
}

const schema = configSchema(RULES) as Node;
const top = schema.properties as Readonly<Record<string, Node>>;
const project = top.projects?.items?.then as Node;

/** Every schema inside a schema, itself included. */
function nodes(node: Node): Node[] {
  const inside = [...Object.values(node.properties ?? {}), node.items, node.then, node.else];
  return [node, ...inside.flatMap((child) => (child ? nodes(child) : []))];
}

describe('configSchema', () => {
  it('is a valid draft-07 schema', () => {
    const ajv = new Ajv({ strict: false });
    expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(ajv.validateSchema(schema)).toBe(true);
  });

  it('knows no key beside those it lists, at any depth', () => {
    const objects = nodes(schema).filter((node) => node.properties);
    expect(objects.length).toBeGreaterThan(6);
    for (const node of objects) expect(node.additionalProperties).toBe(false);
  });

  it('describes every key', () => {
    for (const node of [schema, project]) {
      for (const [key, value] of Object.entries(node.properties ?? {})) {
        expect(value.description, key).toMatch(/^[A-Z].*\.$|^meshvet/);
        for (const [inside, part] of Object.entries(value.properties ?? {})) {
          expect(part.description, `${key}.${inside}`).toMatch(/\.$/);
        }
      }
    }
  });

  it('documents the defaults that hold', () => {
    const documented = (node: Node) =>
      Object.fromEntries(
        Object.entries(node.properties ?? {}).flatMap(([key, { default: value }]) =>
          value === undefined ? [] : [[key, value]],
        ),
      );
    const real = meshSettings();
    const mesh = {
      profile: real.profile,
      closedWorld: real.closedWorld,
      defaultNamespace: real.defaultNamespace,
      expectMesh: real.expectMesh,
      revisions: real.revisions,
      tags: real.tags,
      installation: real.installation,
    };
    expect(documented(schema)).toEqual({
      ...mesh,
      ...CONFIG_DEFAULTS,
      extends: [],
      overrides: [],
      projects: [],
      plugins: [],
      ignore: [],
      crds: [],
    });
    expect(documented(project)).toEqual(mesh);
    expect(documented(top.externals as Node)).toEqual(real.externals);
    expect(documented(top.rules as Node)).toEqual({
      'labels-many': 'info',
      'port-name-missing': 'warning',
      'port-unnamed': 'warning',
    });
    expect(top.rules?.properties?.['labels-many']?.then?.properties?.options?.default).toEqual(limit.defaults);
    // Written out, the defaults change nothing.
    expect(settingsOf({ ...mesh, externals: real.externals })).toEqual(real);
    expect(projectMatcher([])('a/b.yaml')).toBeUndefined();
  });

  it('has examples that it accepts itself', () => {
    const ajv = new Ajv({ strict: false });
    let examples = 0;
    for (const node of nodes({ ...schema, properties: { ...top, rules: {} } })) {
      const validate = ajv.compile({ ...node, $schema: undefined, definitions: schema.definitions } as object);
      for (const example of (node.examples as unknown[] | undefined) ?? []) {
        examples++;
        expect(validate(example), JSON.stringify(example)).toBe(true);
      }
    }
    expect(examples).toBeGreaterThan(8);
  });

  it('lists every profile and preset', () => {
    expect(top.profile?.enum).toEqual(PROFILES);
    expect(top.preset?.enum).toEqual(PRESETS);
  });

  it('accepts the versions that parseVersion reads, and no others', () => {
    const pattern = new RegExp(String(top.istioVersion?.pattern));
    const near = fc.string({ unit: fc.constantFrom('1', '2', '.', 'v', '-', 'a', '+', '0', ' ', '\n'), maxLength: 9 });
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (text) => pattern.test(text) === (parseVersion(text) !== undefined)),
    );
    for (const text of ['1.30', 'v1.9', '1.24.3', '1.24.3-rc.1', '1.2-dev']) expect(pattern.test(text)).toBe(true);
  });

  it.each([
    ['IST0118', true],
    ['KIA0601', true],
    ['IST0101/host', true],
    ['ist0118', true],
    ['port-name-missing', false],
    ['IST', false],
    ['0118', false],
    ['IST0101/', false],
  ])('the shape of a code: %s is one: %s', (text, expected) => {
    expect(new RegExp(CODE_PATTERN).test(text)).toBe(expected);
  });
});

describe('configSchemaText', () => {
  it('is the same whatever the order of the rules', () => {
    expect(configSchemaText([...RULES].reverse())).toBe(configSchemaText(RULES));
    expect(configSchemaText(RULES).endsWith('}\n')).toBe(true);
    expect(JSON.parse(configSchemaText(RULES))).toEqual(JSON.parse(JSON.stringify(schema)));
  });
});
