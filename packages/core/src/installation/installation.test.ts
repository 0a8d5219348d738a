import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Config, MeshConfigKeys } from '../config/config.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';
import type { Installation } from './installation.ts';
import { isIstioValues } from './installation-sources.ts';

async function installationOf(
  files: Readonly<Record<string, string>> | string,
  config: MeshConfigKeys & Config = {},
): Promise<Installation> {
  return (await makeMesh(files, config)).installation;
}

const names = (installation: Installation) => installation.revisions.map((r) => r.value);

const MESH = yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system, labels: { istio.io/rev: default } }
  data:
    mesh: |
      rootNamespace: mesh-root
      defaultConfig:
        interceptionMode: TPROXY
        holdApplicationUntilProxyStarts: true
        statusPort: 15555
    meshNetworks: 'networks: {}'
`;
const INJECTOR = yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio-sidecar-injector-1-20, namespace: istio-system }
  data:
    values: |-
      {"global": {"proxy": {"autoInject": "enabled", "statusPort": 15020}, "jwtPolicy": "first-party-jwt"},
       "pilot": {"cni": {"enabled": true}, "env": {"ENABLE_NATIVE_SIDECARS": "true"}},
       "sidecarInjectorWebhook": {"rewriteAppHTTPProbe": false, "enableNamespacesByDefault": true}}
    config: |-
      policy: disabled
      alwaysInjectSelector:
        - matchLabels: { app: web }
      neverInjectSelector: []
      template: "{{ Template_Version_And_Istio_Version_Mismatched_Check_Installation }}"
      templates:
        sidecar: |
          {{- if .Values }}
          x: {{ .Values.y }}
        own: ""
      aliases: { mine: [own] }
`;

describe('ConfigMaps of the control plane', () => {
  it('reads MeshConfig', async () => {
    const installation = await installationOf(MESH);
    expect(installation.rootNamespace).toMatchObject({
      value: 'mesh-root',
      from: 'manifest',
      certain: true,
      source: 'ConfigMap istio-system/istio: rootNamespace',
    });
    expect(installation.interceptionMode.value).toBe('TPROXY');
    expect(installation.holdApplicationUntilProxyStarts.value).toBe(true);
    expect(installation.statusPort.value).toBe(15555);
    expect(installation.proxyConfig.value.interceptionMode).toBe('TPROXY');
    expect(installation.meshConfig.value.rootNamespace).toBe('mesh-root');
    expect(names(installation)).toEqual(['default']);
  });
  it('reads the values and the config of the injector; the config counts', async () => {
    const installation = await installationOf(INJECTOR);
    expect(installation.autoInject.value).toBe('disabled');
    expect(installation.alwaysInjectSelector.value).toEqual([{ matchLabels: { app: 'web' }, matchExpressions: [] }]);
    expect(installation.neverInjectSelector.value).toEqual([]);
    expect(installation.templates.value).toEqual(['sidecar', 'own', 'mine']);
    expect(installation.cni).toMatchObject({ value: true, from: 'manifest' });
    expect(installation.nativeSidecars.value).toBe(true);
    expect(installation.rewriteAppHTTPProbe.value).toBe(false);
    expect(installation.enableNamespacesByDefault.value).toBe(true);
    expect(installation.jwtPolicy.value).toBe('first-party-jwt');
    expect(names(installation)).toEqual(['1-20']);
    // Nobody knows which revision is the default: a named one may have been made it.
    expect(installation.defaultRevision).toMatchObject({ value: 'default', certain: false });
  });
  test.each([
    ['a dashboard', 'istio-sidecar-injector-dashboards', 'config: "server { listen 80; }"'],
    ['settings of an application', 'istio-demo', 'mesh: "name: x"'],
    ['values of an application', 'istio-sidecar-injector-x', 'values: "replicas: 2"'],
    ['text', 'istio', 'meshes: "rootNamespace: x"'],
    ['a list', 'istio', 'mesh: "[1, 2]"'],
  ])('takes nothing from %s', async (_, name, data) => {
    const installation = await installationOf(
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: shop }\ndata:\n  ${data}\n`,
    );
    expect(installation.rootNamespace).toMatchObject({ value: 'istio-system', from: 'default', certain: true });
    expect(names(installation)).toEqual([]);
    expect(installation.defaultRevision).toEqual({ value: 'default', from: 'default', certain: true });
  });
  it('reads MeshConfig of a revision', async () => {
    const installation = await installationOf(yaml`
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: istio-canary, namespace: istio-system }
      data: { mesh: "rootNamespace: other\ntrustDomain: x" }
    `);
    expect(installation.rootNamespace.value).toBe('other');
  });
});

const operator = (spec: object) =>
  JSON.stringify({ apiVersion: 'install.istio.io/v1alpha1', kind: 'IstioOperator', metadata: { name: 'i' }, spec });

describe('IstioOperator', () => {
  it('reads values, meshConfig, components and the revision', async () => {
    const installation = await installationOf(
      operator({
        revision: 'canary',
        meshConfig: { rootNamespace: 'own' },
        components: {
          cni: { enabled: true },
          pilot: { k8s: { env: [{ name: 'ENABLE_NATIVE_SIDECARS', value: 'true' }] } },
        },
        values: { global: { proxy: { autoInject: 'disabled' } }, meshConfig: { trustDomain: 'td' } },
      }),
    );
    expect(installation.cni.value).toBe(true);
    expect(installation.nativeSidecars.value).toBe(true);
    expect(installation.autoInject.value).toBe('disabled');
    expect(installation.meshConfig.value).toEqual({ rootNamespace: 'own', trustDomain: 'td' });
    expect(names(installation)).toEqual(['canary']);
  });
  it('knows the profiles that install the CNI plugin', async () => {
    const openshift = await installationOf(operator({ profile: 'openshift' }));
    expect(openshift.cni.value).toBe(true);
    expect(openshift.proxyUid.value).toBe('assigned');
    expect((await installationOf(operator({ profile: 'default' }))).cni.value).toBe(false);
    const off = operator({ profile: 'ambient', components: { cni: { enabled: false } } });
    expect((await installationOf(off)).cni.value).toBe(false);
  });
  it('sees no control plane where gateways only are installed', async () => {
    expect(names(await installationOf(operator({ profile: 'empty' })))).toEqual([]);
    expect(names(await installationOf(operator({ components: { pilot: { enabled: false } } })))).toEqual([]);
    expect(names(await installationOf(operator({})))).toEqual(['default']);
  });
});

const release = (chart: object, values: unknown = {}, name = 'mesh') =>
  JSON.stringify({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name, namespace: 'flux-system' },
    spec: { ...chart, values },
  });
const chart = (named: string, repository = 'istio') => ({
  chart: { spec: { chart: named, sourceRef: { kind: 'HelmRepository', name: repository } } },
});

describe('HelmRelease', () => {
  it('reads the values of istiod, below pilot and at the top', async () => {
    const installation = await installationOf(
      release(chart('istiod'), {
        revision: '1-24',
        revisionTags: ['prod', 'default'],
        pilot: { cni: { enabled: true } },
      }),
    );
    expect(installation.cni.value).toBe(true);
    expect(names(installation)).toEqual(['1-24']);
    expect([...installation.tags]).toEqual([
      ['prod', '1-24'],
      ['default', '1-24'],
    ]);
    expect(installation.defaultRevision).toMatchObject({ value: '1-24', from: 'manifest', certain: true });
    const flat = release(chart('istiod'), { cni: { enabled: true }, env: { ENABLE_NATIVE_SIDECARS: 'auto' } });
    expect((await installationOf(flat)).cni.value).toBe(true);
    expect((await installationOf(flat, { istioVersion: '1.24' })).nativeSidecars.value).toBe('auto');
  });
  it('reads the chart that an OCIRepository or a HelmChart holds', async () => {
    const oci = yaml`
      apiVersion: source.toolkit.fluxcd.io/v1
      kind: OCIRepository
      metadata: { name: control, namespace: flux-system }
      spec: { url: oci://registry.example/istio-release/charts/istiod }
    `;
    const helm = yaml`
      apiVersion: source.toolkit.fluxcd.io/v1
      kind: HelmChart
      metadata: { name: control, namespace: flux-system }
      spec: { chart: istiod }
    `;
    for (const [kind, source] of [
      ['OCIRepository', oci],
      ['HelmChart', helm],
    ]) {
      const text = `${source}---\n${release({ chartRef: { kind, name: 'control' } }, { pilot: { cni: { enabled: true } } })}`;
      expect((await installationOf(text)).cni.value, kind).toBe(true);
    }
    expect(
      (await installationOf(release({ chartRef: { kind: 'OCIRepository', name: 'istiod' } }))).revisions,
    ).toHaveLength(1);
    expect((await installationOf(release({ chartRef: { kind: 'OCIRepository', name: 'shop' } }))).revisions).toEqual(
      [],
    );
  });
  it('does not know what goes for the sidecars where the CNI plugin may serve ambient mode', async () => {
    expect((await installationOf(release(chart('cni')))).cni).toMatchObject({ value: true, certain: true });
    const ambient = release(chart('cni'), { profile: 'ambient' });
    expect((await installationOf(ambient)).cni).toMatchObject({ value: false, certain: false });
  });
  it('takes no chart of another project for one of Istio', async () => {
    const files = ['cni', 'base', 'default', 'shop'].map((c) =>
      release(chart(c, 'acme'), { defaultRevision: 'x' }, 'acme'),
    );
    const installation = await installationOf(files.join('\n---\n'));
    expect(installation.cni).toEqual({ value: false, from: 'default', certain: true });
    expect(installation.defaultRevision).toEqual({ value: 'default', from: 'default', certain: true });
  });
  it('takes the owner of istio-injection from the chart default, and not from base, whose value is of the validating webhook', async () => {
    const base = release(chart('base'), { defaultRevision: '1-20' });
    expect((await installationOf(base)).defaultRevision).toEqual({ value: 'default', from: 'default', certain: true });
    const owner = release(chart('default'), { revision: '1-20' });
    expect((await installationOf(owner)).defaultRevision).toMatchObject({
      value: '1-20',
      from: 'manifest',
      certain: true,
    });
  });
  it('reads whose revision counts', async () => {
    const values = { sidecarInjectorWebhook: { revisionLabelPreference: 'pod' } };
    expect((await installationOf(release(chart('istiod'), values))).revisionLabelPreference.value).toBe('pod');
    expect((await installationOf('')).revisionLabelPreference.value).toBe('namespace');
  });
});

const application = (source: object, several = false) =>
  JSON.stringify({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'mesh', namespace: 'argocd' },
    spec: several ? { sources: [{ repoURL: 'https://git.example/x', ref: 'values' }, source] } : { source },
  });
const REPOSITORY = 'https://istio-release.storage.googleapis.com/charts';

describe('Application of Argo CD', () => {
  test.each([false, true])('reads values in all their forms, several sources: %s', async (several) => {
    const of = async (helm: object) =>
      (await installationOf(application({ repoURL: REPOSITORY, chart: 'istiod', helm }, several))).cni.value;
    expect(await of({ valuesObject: { pilot: { cni: { enabled: true } } } })).toBe(true);
    expect(await of({ values: 'pilot:\n  cni:\n    enabled: true\n' })).toBe(true);
    expect(await of({ parameters: [{ name: 'pilot.cni.enabled', value: 'true' }] })).toBe(true);
    // Parameters beat values, and the object beats the text.
    expect(
      await of({
        values: 'pilot: { cni: { enabled: true } }',
        parameters: [{ name: 'pilot.cni.enabled', value: 'false' }],
      }),
    ).toBe(false);
    expect(
      await of({ values: 'pilot: { cni: { enabled: true } }', valuesObject: { pilot: { cni: { enabled: false } } } }),
    ).toBe(false);
  });
  it('reads a chart by its address, and none from Git', async () => {
    const oci = application({ repoURL: 'oci://gcr.io/istio-release/charts/istiod', helm: { values: 'revision: r1' } });
    expect(names(await installationOf(oci))).toEqual(['r1']);
    const git = application({
      repoURL: 'https://git.example/istiod',
      path: 'istiod',
      helm: { values: 'revision: r1' },
    });
    expect(names(await installationOf(git))).toEqual([]);
  });
});

describe('values files', () => {
  it('reads those of Istio', async () => {
    for (const text of [
      'pilot: { cni: { enabled: true } }\nglobal: { istioNamespace: mesh }\n',
      'istio_cni: { enabled: true }\n',
      'meshConfig: { accessLogFile: /dev/stdout }\npilot: { cni: { enabled: true } }\n',
    ])
      expect((await installationOf({ 'istio/values-prod.yaml': text })).cni.value, text).toBe(true);
  });
  test.each([
    'pilot: { image: pilot }\nglobal: { image: x, storageClass: fast }\n',
    'pilot: 3\nglobal: 4\n',
    'meshConfig: { enabled: true }\n',
    'revision: canary\n',
    '- pilot: {}\n',
  ])('leaves those of other charts: %s', async (text) => {
    const installation = await installationOf({ 'values.yaml': text });
    expect(names(installation)).toEqual([]);
  });
  it('judges any value without throwing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(typeof isIstioValues(value)).toBe('boolean');
      }),
    );
  });
});

describe('workloads and webhooks of the control plane', () => {
  const istiod = (env: object[], labels = {}) =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'istiod-x', namespace: 'istio-system', labels },
      spec: { template: { spec: { containers: [{ name: 'discovery', image: 'pilot', env }] } } },
    });
  it('reads the environment of istiod', async () => {
    const installation = await installationOf(
      istiod([
        { name: 'REVISION', value: 'x' },
        { name: 'ENABLE_NATIVE_SIDECARS', value: 'true' },
      ]),
    );
    expect(names(installation)).toEqual(['x']);
    expect(installation.nativeSidecars.value).toBe(true);
    expect(names(await installationOf(istiod([], { 'istio.io/rev': 'y' })))).toEqual(['y']);
    const from = istiod([{ name: 'ENABLE_NATIVE_SIDECARS', valueFrom: { configMapKeyRef: { name: 'a', key: 'b' } } }]);
    expect((await installationOf(from)).nativeSidecars.certain).toBe(false);
  });
  it('reads the DaemonSet of the CNI plugin, unless it may serve ambient mode only', async () => {
    const node = (value: string) =>
      yaml`
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: { name: istio-cni-node, namespace: kube-system }
        spec: { template: { spec: { containers: [{ name: install-cni, image: i, env: [{ name: AMBIENT_ENABLED, value: "${value}" }] }] } } }
      `;
    expect((await installationOf(node('false'))).cni).toMatchObject({ value: true, certain: true });
    expect((await installationOf(node('true'))).cni).toMatchObject({ value: false, certain: false });
  });
  const webhook = (name: string, labels: object, owner: object | undefined, deactivated = false) =>
    JSON.stringify({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name, labels },
      webhooks: [
        {
          name: 'namespace.sidecar-injector.istio.io',
          clientConfig: { service: { name: 'istiod', namespace: 'istio-system', path: '/inject' } },
          rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
          namespaceSelector: {
            matchLabels: { ...owner, ...(deactivated ? { 'istio.io/deactivated': 'never-match' } : {}) },
          },
        },
      ],
    });
  const OWNER = { 'istio-injection': 'enabled' };
  it('takes the owner of istio-injection and the tags from webhooks', async () => {
    const tag = webhook('istio-revision-tag-default', { 'istio.io/rev': '1-20', 'istio.io/tag': 'default' }, OWNER);
    const installation = await installationOf(tag);
    expect(installation.defaultRevision).toMatchObject({ value: '1-20', certain: true });
    expect([...installation.tags]).toEqual([['default', '1-20']]);
    expect(installation.enableNamespacesByDefault).toMatchObject({ value: false, from: 'manifest' });
    expect((await installationOf(webhook('w', {}, undefined))).enableNamespacesByDefault.value).toBe(true);
  });
  it('leaves a configuration that was put out of use', async () => {
    const old = webhook('istio-sidecar-injector', { 'istio.io/rev': 'default' }, OWNER, true);
    const tag = webhook('istio-revision-tag-default', { 'istio.io/rev': '1-20', 'istio.io/tag': 'default' }, OWNER);
    expect((await installationOf(`${old}\n---\n${tag}`)).defaultRevision).toMatchObject({
      value: '1-20',
      certain: true,
    });
  });
});

describe('what counts more, and what is not known', () => {
  it('takes the config before manifests, and manifests before the defaults of the release', async () => {
    const config = { installation: { autoInject: 'enabled' as const, cni: false }, enableNamespacesByDefault: false };
    const installation = await installationOf(INJECTOR, config);
    expect(installation.autoInject).toEqual({ value: 'enabled', from: 'config', certain: true });
    expect(installation.cni.from).toBe('config');
    expect(installation.enableNamespacesByDefault.from).toBe('config');
    const none = await installationOf('');
    expect(none.autoInject).toEqual({ value: 'enabled', from: 'default', certain: true });
    for (const [istioVersion, native, rewrite] of [
      ['1.6', false, false],
      ['1.7', false, true],
      ['1.26', false, true],
      ['1.27', 'auto', true],
    ] as const) {
      const { nativeSidecars, rewriteAppHTTPProbe } = await installationOf('', { istioVersion });
      expect([nativeSidecars.value, rewriteAppHTTPProbe.value]).toEqual([native, rewrite]);
    }
  });
  it('is not certain where manifests disagree, whatever their order', async () => {
    const [a, b] = ['disabled', 'enabled'].map((autoInject) =>
      release(chart('istiod'), { global: { proxy: { autoInject } } }),
    );
    for (const text of [`${a}\n---\n${b}`, `${b}\n---\n${a}`])
      expect((await installationOf(text)).autoInject).toMatchObject({
        value: 'enabled',
        from: 'default',
        certain: false,
      });
    expect((await installationOf(`${a}\n---\n${a}`)).autoInject).toMatchObject({ value: 'disabled', certain: true });
  });
  it('does not mind the order of keys', async () => {
    const [a, b] = [
      { meshConfig: { trustDomain: 'x', rootNamespace: 'y' } },
      { meshConfig: { rootNamespace: 'y', trustDomain: 'x' } },
    ].map((values) => release(chart('istiod'), values));
    expect((await installationOf(`${a}\n---\n${b}`)).meshConfig.certain).toBe(true);
  });
  it('is not certain where a later step fills something in', async () => {
    const placeholder = '${X}';
    const values = {
      revision: placeholder,
      global: { proxy: { autoInject: placeholder, statusPort: placeholder } },
      sidecarInjectorWebhook: { enableNamespacesByDefault: placeholder, neverInjectSelector: placeholder },
      meshConfig: placeholder,
      pilot: placeholder,
    };
    const installation = await installationOf(release(chart('istiod'), values));
    for (const key of [
      'autoInject',
      'statusPort',
      'enableNamespacesByDefault',
      'neverInjectSelector',
      'meshConfig',
      'proxyConfig',
      'rootNamespace',
      'interceptionMode',
      'cni',
      'nativeSidecars',
      'defaultRevision',
    ] as const)
      expect(installation[key].certain, key).toBe(false);
    expect(names(installation)).toEqual([]);
    expect((await installationOf(release(chart('istiod'), placeholder))).cni.certain).toBe(false);
  });
  it('reads what it can of a text with placeholders', async () => {
    const text = INJECTOR.replace('"statusPort": 15020', '"statusPort": "${PORT}"');
    const installation = await installationOf(text);
    expect(installation.statusPort.certain).toBe(false);
    expect(installation.cni).toMatchObject({ value: true, certain: true });
  });
  it('is not certain of a text that cannot be read', async () => {
    const installation = await installationOf(yaml`
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: istio, namespace: istio-system }
      data: { mesh: "rootNamespace: [" }
    `);
    expect(installation.rootNamespace.certain).toBe(false);
  });
  it('leaves values that are not of the type', async () => {
    const values = {
      global: {
        proxy: { autoInject: 3, statusPort: 'many', holdApplicationUntilProxyStarts: 'perhaps' },
        istioNamespace: [],
      },
      sidecarInjectorWebhook: { enableNamespacesByDefault: null, templates: [1], neverInjectSelector: {} },
      pilot: { cni: { enabled: 'sure' } },
      revisionTags: ['a', 3, null],
    };
    const installation = await installationOf(release(chart('istiod'), values));
    expect(installation.autoInject).toEqual({ value: 'enabled', from: 'default', certain: true });
    expect(installation.statusPort.value).toBe(15020);
    expect(installation.cni.value).toBe(false);
    expect([...installation.tags.keys()]).toEqual(['a']);
    for (const port of [-1, 1.5, 70000, 1e300])
      expect(
        (await installationOf(release(chart('istiod'), { global: { proxy: { statusPort: port } } }))).statusPort.value,
      ).toBe(15020);
  });
  test.each([
    ['null', [null], []],
    ['a number for a label', [{ matchLabels: { a: 1 } }], 'not certain'],
    [
      'null for expressions',
      [{ matchLabels: { a: 'b' }, matchExpressions: null }],
      [{ matchLabels: { a: 'b' }, matchExpressions: [] }],
    ],
    ['an operator that there is not', [{ matchExpressions: [{ key: 'a', operator: 'Is', values: ['b'] }] }], []],
    ['In without values', [{ matchExpressions: [{ key: 'a', operator: 'In' }] }], []],
    ['values that are no list', [{ matchExpressions: [{ key: 'a', operator: 'In', values: 'b' }] }], 'not certain'],
    ['expressions that are no list', [{ matchExpressions: { key: 'a' } }], 'not certain'],
    ['a text', ['a=b'], 'not certain'],
  ])('reads a list of selectors with %s', async (_, list, expected) => {
    const values = { sidecarInjectorWebhook: { neverInjectSelector: list } };
    const { neverInjectSelector } = await installationOf(release(chart('istiod'), values));
    if (expected === 'not certain') expect(neverInjectSelector).toMatchObject({ value: [], certain: false });
    else expect(neverInjectSelector).toMatchObject({ value: expected, certain: true });
  });
  it('throws at nothing', async () => {
    const place = fc.constantFrom('values', 'meshConfig', 'components', 'revision', 'profile');
    await fc.assert(
      fc.asyncProperty(place, fc.jsonValue(), async (key, value) => {
        const documents = [
          operator({
            [key]: value,
            values: { pilot: value, global: value, sidecarInjectorWebhook: value, revisionTags: value },
          }),
          release(chart('istiod'), value),
          release({ chartRef: value, chart: value } as object, value),
          application({ chart: 'istiod', helm: { parameters: value, values: JSON.stringify(value) } }),
          JSON.stringify({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'istio-sidecar-injector' },
            data: {
              config: JSON.stringify({ policy: value, templates: value, alwaysInjectSelector: value }),
              values: value,
            },
          }),
        ];
        await installationOf(documents.join('\n---\n'));
      }),
      { numRuns: 150 },
    );
  });
});
