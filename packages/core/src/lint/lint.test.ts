import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineRule, type Rule } from '../rule/define-rule.ts';
import { yaml } from '../testing/yaml.ts';
import { lint, SetupError } from './lint.ts';

const meta = { summary: 'x.', why: 'x.', fix: 'x.', sources: [] } as const;

const portSeen = defineRule({
  meta: {
    ...meta,
    id: 'port-seen',
    severity: 'info',
    subject: 'service',
    messages: { seen: '{name} has port {port}, {count} workloads' },
  },
  examples: { bad: [], good: [] },
  check({ subject, mesh, report }) {
    const behind = mesh.behind(subject);
    for (const port of subject.ports) {
      report(port.field, 'seen', {
        name: subject.resource.name,
        port: port.number ?? '?',
        count: behind.state === 'found' ? behind.value.workloads.length : behind.state,
      });
    }
  },
});

const throwing: Rule = defineRule({
  meta: { ...meta, id: 'throwing', severity: 'error', subject: 'service', messages: { never: 'never' } },
  examples: { bad: [], good: [] },
  check({ subject }) {
    if (subject.resource.name === 'b') throw new TypeError('no such thing');
  },
});

const syntax = defineRule({
  meta: {
    ...meta,
    id: 'yaml-syntax',
    severity: 'error',
    subject: 'problem',
    problem: 'syntax',
    messages: { broken: '{reason}' },
  },
  examples: { bad: [], good: [] },
  check({ subject, report }) {
    if (subject.kind === 'syntax')
      report({ source: subject.source, span: subject.span }, 'broken', { reason: subject.data.reason });
  },
});

const service = (name: string, app = name) =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { selector: { app: ${app} }, ports: [{ port: 80 }] }\n`;
const pod = (name: string, app = name) =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, labels: { app: ${app} } }\nspec: { containers: [{ name: x, image: x }] }\n`;

describe('a run', () => {
  test('tells places, resources and related data as plain JSON', async () => {
    const result = await lint([{ path: 'a.yaml', text: `# first\n${service('a')}` }], { rules: [portSeen] });
    expect(result.findings).toMatchInlineSnapshot(`
      [
        {
          "codes": [],
          "fieldPath": "/spec/ports/[80]",
          "fingerprint": "d2dc287adba4b5f0",
          "fix": "x.",
          "location": {
            "end": {
              "column": 45,
              "line": 5,
            },
            "file": "a.yaml",
            "pointer": "/spec/ports/0",
            "start": {
              "column": 41,
              "line": 5,
            },
          },
          "message": "a has port 80, elsewhere workloads",
          "messageId": "seen",
          "related": [],
          "resource": {
            "apiVersion": "v1",
            "kind": "Service",
            "name": "a",
            "namespace": "default",
          },
          "ruleId": "port-seen",
          "severity": "info",
          "why": "x.",
        },
      ]
    `);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test('a rule that throws is a failure with its subject, and the rest still runs', async () => {
    const text = ['a', 'b', 'c'].map((n) => service(n)).join('---\n');
    const result = await lint([{ path: 'a.yaml', text }], { rules: [throwing, portSeen] });
    expect(result.failures).toMatchObject([
      { ruleId: 'throwing', subject: 'Service default/b in a.yaml', message: 'no such thing' },
    ]);
    expect(result.findings).toHaveLength(3);
  });

  test('broken YAML is a finding, and the documents around it are read', async () => {
    const result = await lint(
      [
        {
          path: 'a.yaml',
          text: `${service('a')}---\napiVersion: v1\nkind: Service\n  broken: [\n---\n${service('b')}`,
        },
      ],
      { rules: [syntax, portSeen] },
    );
    expect(result.findings.map((f) => f.ruleId)).toEqual(['port-seen', 'yaml-syntax', 'port-seen']);
    expect(result.files).toEqual({ read: 1, linted: ['a.yaml'], skipped: {} });
  });

  test('templates are left out with one note a chart, other files without a word', async () => {
    const files = [
      { path: 'chart/Chart.yaml', text: 'apiVersion: v2\nname: chart\n' },
      { path: 'chart/values.yaml', text: 'port: 80\n' },
      { path: 'chart/templates/a.yaml', text: 'apiVersion: v1\nkind: Service\nmetadata: { name: {{ .Values.x }} }\n' },
      { path: 'chart/templates/deep/b.yaml', text: '{{- if .Values.x }}\napiVersion: v1\nkind: Service\n{{- end }}\n' },
      {
        path: 'chart/templates/c.yaml',
        text: 'apiVersion: v1\nkind: Service\nmetadata: { name: "{{ .Values.x }}" }\nspec: { ports: [{ port: 80 }] }\n',
      },
      { path: 'other/t.yaml', text: 'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ x }}\n' },
      { path: 'empty.yaml', text: '# nothing\n' },
    ];
    const result = await lint(files, { rules: [syntax, portSeen] });
    expect(result.findings).toEqual([]);
    expect(result.files).toEqual({ read: 7, linted: [], skipped: { notKubernetes: 2, template: 4, empty: 1 } });
    expect(result.notes.map((n) => [n.folder, n.files])).toEqual([
      ['chart', 3],
      ['other', 1],
    ]);
  });

  test('projects are meshes of their own', async () => {
    const files = [
      { path: 'one/a.yaml', text: service('a') },
      { path: 'two/a.yaml', text: pod('a') },
    ];
    const config = { closedWorld: true };
    const counts = async (projects: string[]) =>
      (await lint(files, { rules: [portSeen], config: { ...config, projects } })).findings.map((f) => f.message);
    expect(await counts([])).toEqual(['a has port 80, 1 workloads']);
    expect(await counts(['*'])).toEqual(['a has port 80, missing workloads']);
  });

  test('a MeshConfig that cannot be read stops the run with its place', async () => {
    const meshConfig = { path: 'mesh.yaml', text: 'a: [\n' };
    await expect(lint([], { rules: [], meshConfig })).rejects.toThrow(SetupError);
    await expect(lint([], { rules: [], meshConfig })).rejects.toThrow(/^mesh\.yaml:\d+:\d+: /);
  });

  test('a file of definitions that brings none, or is no YAML, stops the run', async () => {
    const refusal = (text: string, more: object = {}) =>
      lint([], { rules: [], crds: [{ path: 'crd.yaml', text, ...more }] }).catch((error: unknown) => error);
    const none = new SetupError('crd.yaml: there is no CustomResourceDefinition in it');
    expect(await refusal('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n')).toEqual(none);
    expect(await refusal('')).toEqual(none);
    expect(await refusal('', { problem: 'too-large' })).toEqual(new SetupError('crd.yaml: the file is too large'));
    const broken = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: [\n';
    expect(await refusal(broken)).toMatchObject({ message: expect.stringMatching(/^crd\.yaml:\d+:\d+: /) });
  });

  test('a file that is no YAML may hold what is missing, as a template may', async () => {
    const beside = defineRule({
      meta: { ...meta, id: 'beside', severity: 'info', subject: 'service', messages: { seen: '{unread}' } },
      examples: { bad: [], good: [] },
      check({ subject, mesh, report }) {
        report(subject.resource.body, 'seen', { unread: String(mesh.hasUnreadBeside(subject.resource)) });
      },
    });
    const told = async (other: string) => {
      const files = [
        { path: 'a/a.yaml', text: service('a') },
        { path: 'a/b.yaml', text: other },
      ];
      return (await lint(files, { rules: [beside], config: { preset: 'all' } })).findings.map((f) => f.message);
    };
    expect(await told('apiVersion: v1\nkind: Service\nmetadata: [\n')).toEqual(['true']);
    expect(await told('# nothing\n')).toEqual(['false']);
  });

  test('what a project ships beside its definitions is none, and no mistake', async () => {
    const guard =
      'apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: { name: a }\n';
    const { failures } = await lint([], { rules: [], crds: [{ path: 'guard.yaml', text: guard }] });
    expect(failures).toEqual([]);
  });

  test('the order of the files never matters, nor does a second run', async () => {
    const parts = fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c'),
        app: fc.constantFrom('a', 'b'),
        folder: fc.constantFrom('x', 'y', 'x/z', ''),
        pod: fc.boolean(),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(parts, fc.integer(), async (list, seed) => {
        const files = list.map((part, i) => ({
          path: `${part.folder && `${part.folder}/`}${i}.yaml`,
          text: part.pod ? pod(part.name, part.app) : service(part.name, part.app),
        }));
        const shuffled = [...files]
          .sort(
            (a, b) =>
              ((a.path.length * 31 + a.path.charCodeAt(0)) ^ seed) -
              ((b.path.length * 31 + b.path.charCodeAt(0)) ^ seed),
          )
          .reverse();
        const once = JSON.stringify(await lint(files, { rules: [portSeen] }));
        expect(JSON.stringify(await lint(files, { rules: [portSeen] }))).toBe(once);
        expect(JSON.stringify(await lint(shuffled, { rules: [portSeen] }))).toBe(once);
      }),
      { numRuns: 150 },
    );
  });

  test('fingerprints are different for different places and stay when lines move', async () => {
    const text = yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: a }
      spec: { ports: [{ port: 80 }, { port: 81 }] }
    `;
    const prints = async (t: string) =>
      (await lint([{ path: 'a.yaml', text: t }], { rules: [portSeen] })).findings.map((f) => f.fingerprint);
    const before = await prints(text);
    expect(new Set(before).size).toBe(2);
    expect(await prints(`# a\n\n${service('z')}---\n${text}`)).toEqual(expect.arrayContaining(before));
  });
});
