import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, defineRule, type Finding, fixFiles, lint, type Rule } from '@meshvet/core';
import { dedent, yaml } from '@meshvet/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allRules } from './index.ts';

interface Fixed {
  readonly text: string;
  readonly left: readonly Finding[];
}

const PATH = 'a.yaml';

/** A manifest after the safe fixes of one rule, or of all. */
async function fix(text: string, rule?: string, config: Config = {}, suggested = false): Promise<Fixed> {
  const rules = allRules.filter((one) => rule === undefined || one.meta.id === rule);
  const setup = { rules, config: { preset: 'all', ...config } as Config, assumeMesh: true };
  const result = await fixFiles([{ path: PATH, text }], setup, { suggested });
  expect(result.withdrawn).toEqual([]);
  return { text: result.files[0]?.after ?? text, left: result.result.findings };
}

const workload = (metadata: string, template: string, kind = 'Deployment') => yaml`
  apiVersion: apps/v1
  kind: ${kind}
  metadata:
    name: cart
    namespace: shop
${metadata}
  spec:
    selector: { matchLabels: { run: cart } }
    template:
      metadata:
${template}
      spec:
        containers: [{ name: cart, image: "cart:1" }]
`;

/** A pod with Istio's sidecar, its redirection and labels as given. */
const rendered = (args: string, proxy = '', labels = '    labels: { app: cart }') => yaml`
  apiVersion: v1
  kind: Pod
  metadata:
    name: cart
    namespace: shop
${labels}
  spec:
    initContainers:
      - name: istio-init
        image: docker.io/istio/proxyv2:1.30.0
        args:
${args}
${proxy}
    containers:
      - { name: cart, image: "cart:1" }
      - { name: ${proxy === '' ? 'istio-proxy' : 'helper'}, image: "docker.io/istio/proxyv2:1.30.0" }
`;

/** What a rule makes of a manifest, line by line: `-` goes, `+` comes. Lines that stay are left out. */
type Case = readonly [rule: string, what: string, text: string, changes: readonly string[], config: Config];

const CASES: readonly Case[] = [
  [
    'sidecar-iptables-inbound-exclusions',
    'adds the ports that are missing, in the quotes that are there',
    rendered(`          - -b\n          - "*"\n          - -d\n          - '15090,15201,15020' # of the proxy`),
    ["-        - '15090,15201,15020' # of the proxy", "+        - '15090,15201,15020,15021' # of the proxy"],
    {},
  ],
  [
    'sidecar-iptables-inbound-port',
    'names the port of incoming traffic',
    rendered('          - -z\n          - 15001'),
    ['-        - 15001', '+        - "15006"'],
    {},
  ],
  [
    'sidecar-native-restart-policy',
    'adds the policy',
    rendered(
      '          - istio-iptables',
      '      - name: istio-proxy # native\n        image: docker.io/istio/proxyv2:1.30.0',
    ),
    ['-    - name: istio-proxy # native', '+    - restartPolicy: Always', '+      name: istio-proxy # native'],
    {},
  ],
  [
    'sidecar-tls-mode-label-missing',
    'adds the label',
    rendered('          - istio-iptables', '', '    labels:\n      # of the pods\n      app: cart'),
    ['+    security.istio.io/tlsMode: istio'],
    {},
  ],
  [
    'port-app-protocol-empty',
    'takes it out',
    yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        ports:
          - name: http
            appProtocol: ""
            port: 80
    `,
    ['-      appProtocol: ""'],
    {},
  ],
  [
    'port-app-protocol-prefix-form',
    'takes the suffix off, and keeps the quotes',
    yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        ports:
          - { name: api, port: 80, appProtocol: 'http-api' } # here
          - { name: b, port: 81, appProtocol: grpc-b }
    `,
    [
      "-    - { name: api, port: 80, appProtocol: 'http-api' } # here",
      '-    - { name: b, port: 81, appProtocol: grpc-b }',
      "+    - { name: api, port: 80, appProtocol: 'http' } # here",
      '+    - { name: b, port: 81, appProtocol: grpc }',
    ],
    {},
  ],
  [
    'service-target-port-undeclared',
    'adds the port that a probe speaks of',
    yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 9090 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec:
            containers:
              - name: cart
                image: cart
                readinessProbe: { httpGet: { port: 9090 } }
                ports:
                  # metrics
                  - containerPort: 8080
                    name: metrics
    `,
    ['+            - containerPort: 9090'],
    {},
  ],
  [
    'labels-app-missing',
    'adds the name to the pods',
    workload('', '        labels: # of the pods\n          run: cart'),
    ['+        app: cart'],
    {},
  ],
  [
    'labels-on-workload-only',
    'copies what is written',
    workload('    labels:\n      app: "cart" # name\n      version: v1', '        labels:\n          run: cart'),
    ['+        app: "cart"', '+        version: v1'],
    {},
  ],
  [
    'labels-service-app-missing',
    'adds the label of the pods',
    yaml`
      apiVersion: v1
      kind: Service
      metadata: # the cart
        name: cart
        namespace: shop
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
    `,
    ['+  labels:', '+    app: cart'],
    { profile: 'istio-1.0' },
  ],
  [
    'inject-namespace-label-invalid',
    'writes what was meant',
    yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio-injection: "true" } }
      ---
      apiVersion: v1
      kind: Namespace
      metadata: { name: batch, labels: { istio-injection: Disabled } }
    `,
    [
      '-metadata: { name: shop, labels: { istio-injection: "true" } }',
      '-metadata: { name: batch, labels: { istio-injection: Disabled } }',
      '+metadata: { name: shop, labels: { istio-injection: "enabled" } }',
      '+metadata: { name: batch, labels: { istio-injection: disabled } }',
    ],
    {},
  ],
  [
    'inject-namespace-annotation',
    'moves it among the labels, with its comment',
    yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels: { team: a }
        annotations:
          istio-injection: enabled
          other: x
    `,
    ['-  labels: { team: a }', '-    istio-injection: enabled', '+  labels: { istio-injection: enabled, team: a }'],
    {},
  ],
  [
    'inject-namespace-annotation',
    'calls the mapping by its other name where that is all',
    yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        annotations: # of ours
          # the mesh
          istio-injection: enabled # on
    `,
    ['-  annotations: # of ours', '+  labels: # of ours'],
    {},
  ],
  [
    'inject-pod-label-invalid',
    'writes what was meant',
    workload('', '        labels:\n          run: cart\n          sidecar.istio.io/inject: enabled'),
    ['-        sidecar.istio.io/inject: enabled', '+        sidecar.istio.io/inject: "true"'],
    {},
  ],
  [
    'inject-value-not-string',
    'puts quotes around what Istio reads',
    workload('', '        labels:\n          run: cart\n          sidecar.istio.io/inject: no # out'),
    ['-        sidecar.istio.io/inject: no # out', '+        sidecar.istio.io/inject: "false" # out'],
    {},
  ],
  [
    'yaml-value-not-string',
    'puts quotes around what is written',
    workload('    labels:\n      version: 1.10', '        labels:\n          run: cart'),
    ['-    version: 1.10', '+    version: "1.10"'],
    {},
  ],
  [
    'inject-label-on-workload-metadata',
    'moves the label to the pods',
    workload(
      '    labels:\n      sidecar.istio.io/inject: "false"   # out\n      team: a',
      '        labels:\n          # ours\n          run: cart',
    ),
    ['-    sidecar.istio.io/inject: "false"   # out', '+        sidecar.istio.io/inject: "false" # out'],
    {},
  ],
  [
    'inject-label-on-workload-metadata',
    'moves the annotation, and what only held it goes too',
    workload('    annotations:\n      sidecar.istio.io/inject: "false"', '        labels: { run: cart }'),
    [
      '-  annotations:',
      '-    sidecar.istio.io/inject: "false"',
      '-      labels: { run: cart }',
      '+      labels: { sidecar.istio.io/inject: "false", run: cart }',
    ],
    {},
  ],
  [
    'inject-annotation-deprecated',
    'makes the opt-out a label',
    workload(
      '',
      '        annotations:\n          sidecar.istio.io/inject: "false"\n          x.io/y: z\n        labels:\n          run: cart',
    ),
    ['-        sidecar.istio.io/inject: "false"', '+        sidecar.istio.io/inject: "false"'],
    {},
  ],
  [
    'inject-annotation-ineffective',
    'makes the wish a label that is heard',
    `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n---\n${workload('', '        annotations:\n          sidecar.istio.io/inject: "true"\n        labels:\n          run: cart')}`,
    ['-      annotations:', '-        sidecar.istio.io/inject: "true"', '+        sidecar.istio.io/inject: "true"'],
    {},
  ],
  [
    'inject-cronjob-metadata',
    'moves it down to the pods',
    yaml`
      apiVersion: batch/v1
      kind: CronJob
      metadata: { name: report, namespace: shop, labels: { sidecar.istio.io/inject: "false", a: b } }
      spec:
        schedule: "0 1 * * *"
        jobTemplate:
          spec:
            template:
              spec:
                restartPolicy: Never
                containers: [{ name: report, image: "report:1" }]
    `,
    [
      '-metadata: { name: report, namespace: shop, labels: { sidecar.istio.io/inject: "false", a: b } }',
      '+metadata: { name: report, namespace: shop, labels: { a: b } }',
      '+        metadata:',
      '+          labels:',
      '+            sidecar.istio.io/inject: "false"',
    ],
    {},
  ],
  [
    'inject-key-typo',
    'writes the key as Istio knows it',
    yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { "istio-inject": enabled } }
    `,
    [
      '-metadata: { name: shop, labels: { "istio-inject": enabled } }',
      '+metadata: { name: shop, labels: { "istio-injection": enabled } }',
    ],
    {},
  ],
  [
    'ambient-mode-value-invalid',
    'writes what was meant in small letters',
    yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio.io/dataplane-mode: Ambient } }
    `,
    [
      '-metadata: { name: shop, labels: { istio.io/dataplane-mode: Ambient } }',
      '+metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }',
    ],
    {},
  ],
  [
    'ambient-label-misplaced',
    'moves the label to the pods',
    workload(
      '    labels:\n      istio.io/dataplane-mode: none # out\n      team: a',
      '        labels:\n          run: cart',
    ),
    ['-    istio.io/dataplane-mode: none # out', '+        istio.io/dataplane-mode: none # out'],
    {},
  ],
  [
    'linkerd-inject-value-invalid',
    'writes what was meant',
    yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, annotations: { linkerd.io/inject: "true" } }
    `,
    [
      '-metadata: { name: shop, annotations: { linkerd.io/inject: "true" } }',
      '+metadata: { name: shop, annotations: { linkerd.io/inject: "enabled" } }',
    ],
    {},
  ],
  [
    'linkerd-inject-as-label',
    'makes it an annotation',
    workload(
      '',
      '        labels:\n          run: cart\n          linkerd.io/inject: enabled\n        annotations:\n          a: b',
    ),
    ['-        linkerd.io/inject: enabled', '+        linkerd.io/inject: enabled'],
    {},
  ],
  [
    'linkerd-inject-misplaced',
    'moves it to the pods, and what only held it goes too',
    workload(
      '    annotations:\n      linkerd.io/inject: enabled',
      '        labels: { run: cart }\n        annotations: { a: b }',
    ),
    [
      '-  annotations:',
      '-    linkerd.io/inject: enabled',
      '-      annotations: { a: b }',
      '+      annotations: { linkerd.io/inject: enabled, a: b }',
    ],
    {},
  ],
  [
    'linkerd-opaque-ports-mismatch',
    'copies the list of the pods',
    yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }
      ---
      apiVersion: v1
      kind: Service
      metadata:
        name: bus
        namespace: shop
      spec: { selector: { app: bus }, ports: [{ name: nats, port: 4222 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: bus, namespace: shop }
      spec:
        selector: { matchLabels: { app: bus } }
        template:
          metadata: { labels: { app: bus }, annotations: { config.linkerd.io/opaque-ports: "4222" } }
          spec: { containers: [{ name: bus, image: bus }] }
    `,
    ['+  annotations:', '+    config.linkerd.io/opaque-ports: "4222"'],
    {},
  ],
  [
    'annotation-value-invalid',
    'takes the blanks out of a list of ranges',
    workload(
      '',
      '        labels: { run: cart }\n        annotations:\n          traffic.sidecar.istio.io/includeOutboundIPRanges: 10.0.0.0/8, 172.16.0.0/12 # ours',
    ),
    [
      '-        traffic.sidecar.istio.io/includeOutboundIPRanges: 10.0.0.0/8, 172.16.0.0/12 # ours',
      '+        traffic.sidecar.istio.io/includeOutboundIPRanges: "10.0.0.0/8,172.16.0.0/12" # ours',
    ],
    {},
  ],
  [
    'annotation-misplaced',
    'moves it to the pods',
    workload(
      '    annotations:\n      sidecar.istio.io/proxyCPU: 200m\n      team: a',
      '        annotations:\n          x.io/y: z',
    ),
    ['-    sidecar.istio.io/proxyCPU: 200m', '+        sidecar.istio.io/proxyCPU: "200m"'],
    {},
  ],
  [
    'annotation-misplaced',
    'makes an annotation of a label',
    workload(
      '',
      '        labels:\n          run: cart\n          traffic.sidecar.istio.io/excludeInboundPorts: "9000"\n        annotations:\n          x.io/y: z',
    ),
    [
      '-        traffic.sidecar.istio.io/excludeInboundPorts: "9000"',
      '+        traffic.sidecar.istio.io/excludeInboundPorts: "9000"',
    ],
    {},
  ],
  [
    'sidecar-native-annotation',
    'writes the word as all releases read it',
    workload('', '        annotations:\n          sidecar.istio.io/nativeSidecar: "False"'),
    ['-        sidecar.istio.io/nativeSidecar: "False"', '+        sidecar.istio.io/nativeSidecar: "false"'],
    {},
  ],
  [
    'runtime-hold-ineffective',
    'takes the annotation out where it says nothing else',
    workload(
      '',
      "        labels: { run: cart }\n        annotations:\n          proxy.istio.io/config: 'holdApplicationUntilProxyStarts: true'\n          a: b",
    ),
    ["-        proxy.istio.io/config: 'holdApplicationUntilProxyStarts: true'"],
    { installation: { nativeSidecars: true } },
  ],
  [
    'runtime-pod-security-seccomp',
    'writes the profile for the whole pod',
    `${workload('', '        labels: { run: cart, sidecar.istio.io/inject: "true" }')}---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { pod-security.kubernetes.io/enforce: restricted } }
`,
    ['+      securityContext:', '+        seccompProfile:', '+          type: RuntimeDefault'],
    { installation: { cni: true } },
  ],
  [
    'inject-pod-revision-ignored',
    'takes the label out',
    `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n---\n${workload('', '        labels:\n          istio.io/rev: canary\n          run: cart')}`,
    ['-        istio.io/rev: canary'],
    {},
  ],
];

/** The resources of a manifest, as Kubernetes reads them. */
async function valuesOf(text: string): Promise<unknown[]> {
  const values: unknown[] = [];
  const collector = defineRule({
    ...(allRules[0] as Rule),
    meta: { ...(allRules[0] as Rule).meta, subject: 'resource' },
    check: ({ subject }) => void values.push(subject.body.value),
  });
  await lint([{ path: PATH, text }], { rules: [collector], config: { preset: 'all' }, assumeMesh: true });
  return values;
}

/** Lines that are in one text more often than in the other. */
function changed(before: string, after: string): string[] {
  const lines = (text: string) => text.split('\n');
  const extra = (a: string[], b: string[]) => {
    const left = [...b];
    return a.filter((line) => {
      const at = left.indexOf(line);
      if (at < 0) return true;
      left.splice(at, 1);
      return false;
    });
  };
  return [
    ...extra(lines(before), lines(after)).map((line) => `-${line}`),
    ...extra(lines(after), lines(before)).map((line) => `+${line}`),
  ];
}

const WITH_SAFE_FIX = [...new Set(CASES.map(([rule]) => rule))];
const WITH_SUGGESTION = [
  'ambient-mode-value-invalid',
  'ambient-waypoint-not-found',
  'annotation-misplaced',
  'annotation-proxy-config-unknown-field',
  'annotation-unknown',
  'annotation-value-invalid',
  'inject-image-auto-without-injection',
  'inject-namespace-not-labelled',
  'inject-pod-not-injected',
  'inject-template-unknown',
  'istio-deprecated-field',
  'labels-on-workload-only',
  'labels-version-missing',
  'linkerd-metadata-swapped',
  'policy-host-unmatched',
  'policy-method-unmatched',
  'policy-path-unmatched',
  'policy-target-unknown',
  'port-name-missing-separator',
  'runtime-job-never-completes',
  'runtime-network-policy-hbone',
  'runtime-probe-not-rewritten',
  'runtime-probe-port-unresolved',
  'runtime-start-order',
  'schema-unknown-field',
  'schema-value-invalid',
  'service-target-port-undeclared',
  'sidecar-native-annotation',
  'workload-group-account-unknown',
];

describe('the safe fix', () => {
  test.each(CASES)('of %s %s', async (rule, _, text, changes, config) => {
    const fixed = await fix(text, rule, config);
    expect(fixed.left, 'what the fix leaves').toEqual([]);
    const moved = changes.filter((change) =>
      changes.some((other) => other[0] !== change[0] && other.slice(1) === change.slice(1)),
    );
    expect(changed(text, fixed.text).sort()).toEqual(changes.filter((change) => !moved.includes(change)).sort());
    expect(fixed.text).not.toBe(text);
    expect((await fix(fixed.text, rule, config)).text, 'a second run').toBe(fixed.text);
  });

  test.each(CASES)('of %s %s, in a file with CRLF', async (rule, _, text, _changes, config) => {
    const crlf = (await fix(text.replaceAll('\n', '\r\n'), rule, config)).text;
    expect(crlf).toBe((await fix(text, rule, config)).text.replaceAll('\n', '\r\n'));
  });

  test.each(CASES)('of %s %s, at the end of a file without a line feed', async (rule, _, text, _changes, config) => {
    expect((await fix(text.trimEnd(), rule, config)).text).toBe((await fix(text, rule, config)).text.trimEnd());
  });

  test.each(CASES)('of %s %s, in JSON', async (rule, _, text, _changes, config) => {
    const documents = await valuesOf(text);
    const list = { apiVersion: 'v1', kind: 'List', items: documents };
    // A number is no string in JSON either, but the text of `1.10` and of `no` is gone.
    for (const indent of [0, 2]) {
      const json = JSON.stringify(list, null, indent);
      const fixed = await fix(json, rule, config);
      expect(fixed.left).toEqual([]);
      expect(() => JSON.parse(fixed.text)).not.toThrow();
    }
  });
});

describe('no safe fix', () => {
  const kustomized = (text: string) => ({
    'kustomization.yaml': 'resources: [a.yaml]\nnamePrefix: x-\ncommonLabels: { team: a }\n',
    [PATH]: text,
  });

  const edits = async (files: Readonly<Record<string, string>>, rule: string, config: Config = {}) => {
    const rules = allRules.filter((one) => one.meta.id === rule);
    const input = Object.entries(files).map(([path, text]) => ({ path, text }));
    const { findings } = await lint(input, { rules, config: { preset: 'all', ...config }, assumeMesh: true });
    return findings.map((finding) => finding.edits?.length ?? 0);
  };

  test('where a Kustomization lays something over it', async () => {
    const text = workload('', '        labels:\n          run: cart');
    expect(await edits({ [PATH]: text }, 'labels-app-missing')).toEqual([1]);
    expect(await edits(kustomized(text), 'labels-app-missing')).toEqual([0]);
  });

  test('for the labels of a template that is its own selector', async () => {
    const text = workload('', '        labels:\n          run: cart').replace(/ {2}selector:.*\n/, '');
    expect(await edits({ [PATH]: text.replace('apps/v1', 'extensions/v1beta1') }, 'labels-app-missing')).toEqual([0]);
  });

  test('for a label that some selector asks for', async () => {
    const text = workload('', '        labels:\n          run: cart');
    const other = (spec: string, kind = 'Service') =>
      `${text}---\napiVersion: v1\nkind: ${kind}\nmetadata: { name: other, namespace: shop }\nspec: ${spec}\n`;
    for (const selecting of [
      other('{ selector: { app: cart }, ports: [{ port: 80, name: http }] }'),
      other('{ podSelector: { matchLabels: { app: cart } } }', 'NetworkPolicy'),
      other('{ podSelector: { matchExpressions: [{ key: app, operator: Exists }] } }', 'NetworkPolicy'),
    ]) {
      expect(await edits({ [PATH]: selecting }, 'labels-app-missing')).toEqual([0]);
    }
    expect(
      await edits(
        { [PATH]: other('{ podSelector: { matchLabels: { app: shelf } } }', 'NetworkPolicy') },
        'labels-app-missing',
      ),
    ).toEqual([1]);
  });

  test('that would bring in pods that may be outside the mesh today', async () => {
    const text = workload(
      '',
      '        labels:\n          run: cart\n        annotations:\n          sidecar.istio.io/inject: "true"\n          a: b',
    );
    expect(await edits({ [PATH]: text }, 'inject-annotation-deprecated')).toEqual([0]);
    const enabled = `${text}---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n`;
    expect(await edits({ [PATH]: enabled }, 'inject-annotation-deprecated')).toEqual([2]);
  });

  test('for a port that nothing but the Service speaks of: that is a suggestion', async () => {
    const text = yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 9090 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: cart, image: cart, ports: [{ containerPort: 8080 }] }] }
    `;
    expect(await edits({ [PATH]: text }, 'service-target-port-undeclared')).toEqual([0]);
    expect((await fix(text, 'service-target-port-undeclared', {}, true)).text).toContain(
      'ports: [{ containerPort: 9090 }, { containerPort: 8080 }]',
    );
    const [service = '', deployment = ''] = text.split('---\n');
    const files = [
      { path: 'service.yaml', text: service },
      { path: 'deployment.yaml', text: deployment },
    ];
    const rules = allRules.filter((one) => one.meta.id === 'service-target-port-undeclared');
    const result = await fixFiles(files, { rules, config: { preset: 'all' }, assumeMesh: true }, { suggested: true });
    expect(result.files.map(({ path }) => path)).toEqual(['deployment.yaml']);
    expect(result.result.findings).toEqual([]);
  });

  test('for what an anchor gives to others too', async () => {
    const shared = workload(
      '    labels: &l\n      sidecar.istio.io/inject: "false"\n      a: b',
      '        labels:\n          run: cart\n        annotations: *l',
    );
    const result = await fixFiles([{ path: PATH, text: shared }], {
      rules: allRules,
      config: { preset: 'all' },
      assumeMesh: true,
    });
    expect(result.files.flatMap(({ fixed }) => fixed.map((f) => f.ruleId))).not.toContain(
      'inject-label-on-workload-metadata',
    );
  });

  test('in the namespace of the control plane', async () => {
    const text =
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: istio-system\n  annotations:\n    istio-injection: enabled\n';
    expect(await edits({ [PATH]: text }, 'inject-namespace-annotation')).toEqual([0]);
  });
});

function subset(line: string): string {
  return `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart, namespace: shop }
spec:
  host: cart
  subsets:
    - name: v1
      ${line}
`;
}

describe('suggested fixes', () => {
  test.each([
    ['labels-version-missing', workload('', '        labels:\n          run: cart'), '+        version: v1'],
    [
      'labels-on-workload-only',
      workload(
        '    labels:\n      app.kubernetes.io/version: "1"',
        '        labels:\n          app: cart\n          run: cart',
      ),
      '+        app.kubernetes.io/version: "1"',
    ],
  ])('of %s are made only when asked for', async (rule, text, change) => {
    expect((await fix(text, rule)).text).toBe(text);
    expect(changed(text, (await fix(text, rule, {}, true)).text)).toEqual([change]);
  });

  test('of port-name-missing-separator follow the name', async () => {
    const text =
      'apiVersion: v1\nkind: Service\nmetadata: { name: a, namespace: b }\nspec: { ports: [{ name: httpweb, port: 80 }] }\n';
    expect((await fix(text, 'port-name-missing-separator')).text).toBe(text);
    expect((await fix(text, 'port-name-missing-separator', {}, true)).text).toBe(text.replace('httpweb', 'http-web'));
  });
});

describe('a name of a schema that was misspelt', () => {
  test.each([
    ['schema-unknown-field', 'lables: { version: v1 }', 'labels: { version: v1 }'],
    ['schema-value-invalid', 'trafficPolicy: { tls: { mode: SIMPEL } }', 'trafficPolicy: { tls: { mode: SIMPLE } }'],
  ])('is corrected by %s only when asked for', async (rule, wrong, right) => {
    expect((await fix(subset(wrong), rule)).text).toBe(subset(wrong));
    expect((await fix(subset(wrong), rule, {}, true)).text).toBe(subset(right));
  });
});

test('every rule with edits in its examples is one of those', async () => {
  const found = new Set<string>();
  const suggested = new Set<string>();
  for (const rule of allRules as readonly Rule[]) {
    for (const { yaml: text, settings = {} } of rule.examples.bad) {
      const { findings } = await lint([{ path: PATH, text: dedent(text) }], {
        rules: [rule],
        config: { preset: 'all', ...settings },
        assumeMesh: true,
      });
      if (findings.some((finding) => finding.edits)) found.add(rule.meta.id);
      if (findings.some((finding) => finding.suggestedEdits)) suggested.add(rule.meta.id);
    }
  }
  expect([...found].filter((id) => !WITH_SAFE_FIX.includes(id))).toEqual([]);
  expect([...suggested].filter((id) => !WITH_SUGGESTION.includes(id))).toEqual([]);
});

test('the fixes of all rules together settle every example, and a second run changes nothing', async () => {
  for (const rule of allRules as readonly Rule[]) {
    for (const { yaml: text, settings = {} } of [...rule.examples.bad, ...rule.examples.good]) {
      const setup = { rules: allRules, config: { preset: 'all', ...settings } as Config, assumeMesh: true };
      const first = await fixFiles([{ path: PATH, text: dedent(text) }], setup, { suggested: true });
      const after = first.files[0]?.after ?? dedent(text);
      expect((await fixFiles([{ path: PATH, text: after }], setup, { suggested: true })).files, rule.meta.id).toEqual(
        [],
      );
      expect(first.rounds).toBeLessThan(20);
    }
  }
});

test('so do they the example projects of this repository', async () => {
  const examples = join(import.meta.dirname, '../../../examples');
  for (const entry of readdirSync(examples, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const files = readdirSync(join(examples, entry.name), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml') && !name.includes('node_modules'))
      .map((name) => ({ path: name, text: readFileSync(join(examples, entry.name, name), 'utf8') }));
    for (const profile of ['istio-current', 'istio-1.0'] as const) {
      const setup = { rules: allRules, config: { preset: 'all', profile } as Config, assumeMesh: true };
      const { files: fixed, result } = await fixFiles(files, setup, { suggested: true });
      const found = (await lint(files, setup)).findings.length;
      expect(result.findings.length).toBeLessThanOrEqual(found - fixed.flatMap((one) => one.fixed).length);
      const texts = new Map(fixed.map(({ path, after }) => [path, after]));
      const again = files.map(({ path, text }) => ({ path, text: texts.get(path) ?? text }));
      expect((await fixFiles(again, setup, { suggested: true })).files).toEqual([]);
    }
  }
});

test('the page on fixes lists them', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/fixes.md'), 'utf8');
  const listed = (heading: string) => {
    const part = page.slice(page.indexOf(`## ${heading}`)).split(/^## /m)[1] ?? '';
    return [...part.matchAll(/^\| \[`([a-z-]+)`\]/gm)].map((match) => match[1]);
  };
  expect(listed('Safe fixes').sort()).toEqual([...WITH_SAFE_FIX].sort());
  expect(listed('Suggested fixes').sort()).toEqual([...WITH_SUGGESTION].sort());
});

describe('on manifests of all shapes', () => {
  const key = fc.constantFrom(
    'app',
    'run',
    'version',
    'sidecar.istio.io/inject',
    'istio.io/rev',
    'istio-injection',
    'istio-inject',
    'x.io/y',
  );
  const value = fc.constantFrom(
    'cart',
    '"true"',
    "'false'",
    'true',
    'enabled',
    '1.10',
    '"v1"',
    'no',
    '""',
    '&a "x"',
    '!!str yes',
    '${X}',
  );
  const entries = fc.uniqueArray(fc.tuple(key, value), { maxLength: 4, selector: ([k]) => k });
  const comment = fc.constantFrom('', '', ' # why', ' #x');
  const mapping = (name: string, indent: string) =>
    fc.tuple(entries, fc.constantFrom('block', 'flow', 'none', 'empty'), comment).map(([pairs, style, note]) => {
      if (style === 'none') return '';
      if (style === 'empty' || pairs.length === 0) return `${indent}${name}: {}${note}\n`;
      if (style === 'flow') return `${indent}${name}: { ${pairs.map(([k, v]) => `${k}: ${v}`).join(', ')} }${note}\n`;
      return `${indent}${name}:${note}\n${pairs.map(([k, v]) => `${indent}  ${k}: ${v}${note}\n`).join('')}`;
    });
  const deployment = fc
    .tuple(
      mapping('labels', '  '),
      mapping('annotations', '  '),
      mapping('labels', '      '),
      mapping('annotations', '      '),
      fc.constantFrom('Deployment', 'StatefulSet', 'Job', 'CronJob'),
    )
    .map(([labels, annotations, podLabels, podAnnotations, kind]) => {
      const metadata = podLabels + podAnnotations;
      return `apiVersion: ${kind.endsWith('ob') ? 'batch' : 'apps'}/v1\nkind: ${kind}\nmetadata:\n${labels}  name: cart\n  namespace: shop\n${annotations}spec:\n  selector: { matchLabels: { run: cart } }\n  template:\n${metadata === '' ? '' : `    metadata:\n${metadata}`}    spec:\n      containers: [{ name: cart, image: "cart:1" }]\n`;
    });
  const namespace = fc
    .tuple(mapping('labels', '  '), mapping('annotations', '  '))
    .map(
      ([labels, annotations]) => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n${labels}${annotations}`,
    );
  const file = fc
    .tuple(fc.array(fc.oneof(deployment, namespace), { minLength: 1, maxLength: 3 }), fc.boolean(), fc.boolean())
    .map(([documents, crlf, bare]) => {
      const text = documents.join('---\n');
      const ended = bare ? text.trimEnd() : text;
      return crlf ? ended.replaceAll('\n', '\r\n') : ended;
    });

  test('the fixes change what their edits say, lose no comment, keep the line breaks, and settle', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(file, async (text) => {
        const setup = { rules: allRules, config: { preset: 'all' } as Config, assumeMesh: true };
        const first = await fixFiles([{ path: PATH, text }], setup, { suggested: true });
        expect(first.rounds).toBeLessThan(20);
        const [one] = first.files;
        if (!one) return;
        made++;
        const comments = (of: string) => of.split('\n').filter((line) => /(?:^| )#/.test(line)).length;
        expect(comments(one.after)).toBe(comments(text));
        if (text.includes('\r\n')) expect(one.after.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        else expect(one.after).not.toContain('\r');
        expect(one.after.endsWith('\n')).toBe(text.endsWith('\n'));
        expect((await fixFiles([{ path: PATH, text: one.after }], setup, { suggested: true })).files).toEqual([]);
        // What is there afterwards was there before, or belongs to a fix.
        const before = (await lint([{ path: PATH, text }], setup)).findings.map(
          (f) => `${f.ruleId} ${f.location.pointer}`,
        );
        for (const finding of first.result.findings)
          expect(before).toContain(`${finding.ruleId} ${finding.location.pointer}`);
      }),
      { numRuns: 150 },
    );
    expect(made).toBeGreaterThan(50);
  }, 30_000);
});
