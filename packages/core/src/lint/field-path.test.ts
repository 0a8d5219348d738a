import { describe, expect, test } from 'vitest';
import { readResources } from '../manifest/read-resources.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Field } from '../source/field.ts';
import { readDocuments } from '../source/read-documents.ts';
import { SourceFile } from '../source/source-file.ts';
import { fieldPath } from './field-path.ts';

async function resourcesIn(text: string): Promise<Resource[]> {
  const { documents } = await readDocuments(new SourceFile('a.yaml', text));
  return documents.flatMap((document) => readResources(document, 'default'));
}

function walk(root: Field, ...keys: readonly (string | number)[]): Field {
  return keys.reduce<Field>(
    (field, key) => (typeof key === 'string' ? field.at(key) : (field.items()[key] as Field)),
    root,
  );
}

const head = (kind: string, name: string) => `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name} }\n`;

describe('the path of a field', () => {
  const cases: [name: string, spec: string, keys: (string | number)[], path: string][] = [
    ['a mapping', '{ a: { b: 1 } }', ['a', 'b'], '/a/b'],
    [
      'a port by its number',
      '{ ports: [{ port: 1 }, { name: http, port: 80 }] }',
      ['ports', 1, 'name'],
      '/ports/[80]/name',
    ],
    ['a UDP port', '{ ports: [{ name: dns, port: 53, protocol: UDP }] }', ['ports', 0], '/ports/[53~1UDP]'],
    ['a port of a container', '{ ports: [{ name: http, containerPort: 80 }] }', ['ports', 0], '/ports/[80]'],
    ['a port of a ServiceEntry', '{ ports: [{ name: http, number: 80 }] }', ['ports', 0], '/ports/[80]'],
    ['a port without a number', '{ ports: [{ name: http }] }', ['ports', 0], '/ports/[http]'],
    [
      'a container',
      '{ containers: [{ image: x }, { name: web }] }',
      ['containers', 1, 'image'],
      '/containers/[web]/image',
    ],
    [
      'a listener by its name, not its port',
      '{ listeners: [{ name: a, port: 80 }] }',
      ['listeners', 0],
      '/listeners/[a]',
    ],
    [
      'a server of a Gateway',
      '{ servers: [{ port: { number: 443, name: https } }] }',
      ['servers', 0],
      '/servers/[443]',
    ],
    ['a destination', '{ route: [{ destination: { host: cart } }] }', ['route', 0], '/route/[cart]'],
    ['an expression', '{ e: [{ key: app, operator: In }] }', ['e', 0, 'operator'], '/e/[app]/operator'],
    ['a scalar', '{ hosts: [a/b, "c~d"] }', ['hosts', 0], '/hosts/[a~1b]'],
    ['an item without a name', '{ match: [{}, { uri: { exact: / } }] }', ['match', 1, 'uri'], '/match/[*]/uri'],
    ['an item that is a list', '{ l: [[1, 2]] }', ['l', 0, 1], '/l/[*]/[2]'],
    ['names that objects inherit', '{ l: [{ constructor: 1 }] }', ['l', 0, 'constructor'], '/l/[*]/constructor'],
    ['what is not written', '{ ports: [{ port: 80 }] }', ['ports', 0, 'name'], '/ports/[80]/name'],
  ];
  test.each(cases)('%s', async (_name, spec, keys, path) => {
    const [resource] = await resourcesIn(`${head('X', 'x')}spec: ${spec}\n`);
    const { body } = resource as Resource;
    expect(fieldPath(walk(body as Field, 'spec', ...keys), resource)).toBe(`/spec${path}`);
  });

  test('begins at the resource, so that a List around it changes nothing', async () => {
    const item = `{ apiVersion: v1, kind: Service, metadata: { name: web }, spec: { ports: [{ port: 80 }] } }`;
    const text = `apiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: Namespace, metadata: { name: a } }\n  - ${item}\n`;
    const [, web] = await resourcesIn(text);
    const field = walk(web?.body as Field, 'spec', 'ports', 0);
    expect(field.pointer).toBe('/items/1/spec/ports/0');
    expect(fieldPath(field, web)).toBe('/spec/ports/[80]');
    expect(fieldPath(field, undefined)).toBe('/items/[Service web]/spec/ports/[80]');
    expect(fieldPath(web?.body as Field, web)).toBe('');
  });
});
