import { lint } from '@meshvet/core';
import { describe, expect, test } from 'vitest';
import { allRules } from '../index.ts';

// What the injectors write is right, whatever its form and release: no rule on sidecars may speak of it.
const rules = allRules.filter(({ meta }) =>
  /^(?:sidecar-|linkerd-(?:init-args-inconsistent|image-mismatch|native-order)$)/.test(meta.id),
);

interface Form {
  readonly release: string;
  readonly mode?: 'REDIRECT' | 'TPROXY' | 'NONE';
  readonly cni?: boolean;
  readonly native?: boolean;
  /** The user that OpenShift assigns. */
  readonly user?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly kind?: 'Deployment' | 'StatefulSet' | 'CronJob' | 'Pod';
  /** Arguments of istio-init in place of those of the template. */
  readonly args?: readonly unknown[];
  /** Containers of the application that run first. */
  readonly own?: boolean;
}

function minorOf(release: string): number {
  return Number(release.split('.')[1]);
}

// By release, as the templates of the tags write it.
function iptablesArgs({ release, mode = 'REDIRECT', user = 1337, annotations = {} }: Form): unknown[] {
  const minor = minorOf(release);
  const at = (key: string, normal: string) => annotations[`traffic.sidecar.istio.io/${key}`] ?? normal;
  const excluded = [
    ...(minor >= 5 ? ['15090'] : []),
    ...(minor >= 6 ? ['15021'] : []),
    ...at('excludeInboundPorts', '')
      .split(',')
      .filter((port) => port !== ''),
    ...(minor >= 1 ? ['15020'] : []),
  ];
  const outbound = annotations['traffic.sidecar.istio.io/excludeOutboundPorts'];
  return [
    '-p',
    '15001',
    ...(minor >= 3 ? ['-z', '15006'] : []),
    '-u',
    mode === 'TPROXY' ? 1337 : user,
    '-m',
    mode,
    '-i',
    at('includeOutboundIPRanges', '*'),
    '-x',
    at('excludeOutboundIPRanges', ''),
    '-b',
    at('includeInboundPorts', minor >= 3 ? '*' : '8080'),
    '-d',
    excluded.join(','),
    ...(outbound === undefined ? [] : ['-o', outbound]),
    ...(minor >= 24 ? ['--log_output_level=default:info', '--force-apply'] : []),
  ];
}

function redirection(form: Form): object[] {
  const { release, mode, cni, user = 1337 } = form;
  const minor = minorOf(release);
  if (mode === 'NONE' || (cni && minor < 5)) return [];
  const args = form.args ?? iptablesArgs(form);
  if (cni) {
    return [
      {
        name: 'istio-validation',
        image: `docker.io/istio/proxyv2:${release}`,
        ...(minor >= 6
          ? { args: ['istio-iptables', ...args, '--run-validation', '--skip-rule-apply'] }
          : { command: ['istio-iptables', ...args] }),
        securityContext: { runAsUser: user, runAsGroup: user, runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
      },
    ];
  }
  const context =
    minor >= 5
      ? {
          runAsUser: 0,
          runAsGroup: 0,
          runAsNonRoot: false,
          capabilities: { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] },
        }
      : {
          capabilities: { add: ['NET_ADMIN'] },
          ...(minor === 0 ? { privileged: true } : { runAsUser: 0, runAsNonRoot: false }),
        };
  return [
    {
      name: 'istio-init',
      image: `docker.io/istio/${minor >= 4 ? 'proxyv2' : 'proxy_init'}:${release}`,
      ...(minor >= 6
        ? { args: ['istio-iptables', ...args] }
        : minor >= 4
          ? { command: ['istio-iptables', ...args] }
          : { args }),
      securityContext: context,
    },
  ];
}

function proxyOf({ release, mode = 'REDIRECT', native, user = 1337, annotations = {} }: Form): object {
  const minor = minorOf(release);
  const root = mode === 'TPROXY' || annotations['sidecar.istio.io/capNetBindService'] === 'true';
  const volumes =
    minor >= 6 ? ['istio-envoy', 'istio-data', 'istio-podinfo', 'istio-token', 'istiod-ca-cert'] : ['istio-envoy'];
  return {
    name: 'istio-proxy',
    image: `docker.io/istio/proxyv2:${release}`,
    args: [
      'proxy',
      'sidecar',
      '--domain',
      '$(POD_NAMESPACE).svc.cluster.local',
      ...(minor >= 1 && minor < 6 ? ['--statusPort', '15020'] : []),
    ],
    env: [
      ...(minor >= 6 && minor < 25 ? [{ name: 'JWT_POLICY', value: 'third-party-jwt' }] : []),
      { name: 'PROXY_CONFIG', value: mode === 'REDIRECT' ? '{}\n' : `{"interceptionMode":"${mode}"}\n` },
      { name: 'ISTIO_META_INTERCEPTION_MODE', value: mode },
    ],
    ...(native ? { restartPolicy: 'Always' } : {}),
    securityContext: {
      runAsUser: root ? 0 : user,
      runAsGroup: root ? 1337 : user,
      runAsNonRoot: !root,
      capabilities: { ...(mode === 'TPROXY' ? { add: ['NET_ADMIN'] } : {}), drop: ['ALL'] },
    },
    volumeMounts: volumes.map((name) => ({
      name,
      mountPath: name === 'istio-token' ? '/var/run/secrets/tokens' : `/etc/${name}`,
    })),
  };
}

function rendered(form: Form): string {
  const { native, mode, annotations = {}, kind = 'Deployment', own, release } = form;
  const minor = minorOf(release);
  const first = redirection(form);
  const proxy = proxyOf(form);
  const setup = own ? [{ name: 'setup', image: 'setup:1' }] : [];
  const names = (list: readonly object[]) => list.map((item) => (item as { name: string }).name);
  const volumes = (proxy as { volumeMounts: { name: string }[] }).volumeMounts.map(({ name }) => name);
  const status = {
    ...(minor <= 8 ? { version: '3420543c87a5' } : {}),
    initContainers: native ? [...names(first), 'istio-proxy'] : first.length > 0 ? names(first) : null,
    containers: native ? null : ['istio-proxy'],
    volumes,
    imagePullSecrets: null,
    ...(minor >= 12 ? { revision: 'default' } : {}),
  };
  const metadata = {
    labels: { app: 'cart', ...(minor >= 3 ? { 'security.istio.io/tlsMode': 'istio' } : {}) },
    annotations: {
      ...annotations,
      ...(mode ? { 'sidecar.istio.io/interceptionMode': mode } : {}),
      'sidecar.istio.io/status': JSON.stringify(status),
    },
  };
  const spec = {
    containers: [{ name: 'cart', image: 'cart:1', ports: [{ containerPort: 8080 }] }, ...(native ? [] : [proxy])],
    initContainers: native ? [...first, proxy, ...setup] : form.cni ? [...first, ...setup] : [...setup, ...first],
    volumes: volumes.map((name) => ({ name, emptyDir: {} })),
  };
  const identity = { name: 'cart', namespace: 'shop' };
  if (kind === 'Pod') return JSON.stringify({ apiVersion: 'v1', kind, metadata: { ...identity, ...metadata }, spec });
  const template = { metadata, spec };
  if (kind === 'CronJob') {
    const job = { schedule: '@daily', jobTemplate: { spec: { template } } };
    return JSON.stringify({ apiVersion: 'batch/v1', kind, metadata: identity, spec: job });
  }
  const workload = { selector: { matchLabels: { app: 'cart' } }, template };
  return JSON.stringify({ apiVersion: 'apps/v1', kind, metadata: identity, spec: workload });
}

async function findings(text: string, istioVersion: string, settings: object = {}): Promise<string[]> {
  const result = await lint([{ path: 'a.yaml', text }], {
    rules,
    config: { preset: 'all', istioVersion, ...settings },
  });
  expect(result.failures).toEqual([]);
  expect(result.resources, 'the manifest is read').toBe(1);
  return result.findings.map((f) => `${f.ruleId} ${f.messageId}: ${f.message}`);
}

const RELEASES = [
  '1.0.4',
  '1.1.3',
  '1.2.0',
  '1.3.8',
  '1.4.0',
  '1.5.4',
  '1.6.0',
  '1.8.1',
  '1.9.0',
  '1.13.1',
  '1.14.0',
  '1.20.0',
  '1.24.0',
  '1.28.0',
  '1.30.0',
];
const NEWER = RELEASES.filter((release) => minorOf(release) >= 20);

describe('what istioctl and the injector render is clean', () => {
  test.each(RELEASES)('%s, with the release of the mesh and with the newest', async (release) => {
    const mesh = release.split('.').slice(0, 2).join('.');
    for (const form of [
      {},
      { mode: 'TPROXY' },
      { mode: 'NONE' },
      { cni: true },
      { cni: true, mode: 'TPROXY' },
      { own: true },
      { kind: 'Pod' },
      { kind: 'CronJob', own: true },
      { kind: 'StatefulSet' },
      { annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '' } },
      {
        annotations: {
          'traffic.sidecar.istio.io/excludeInboundPorts': '4,5',
          'traffic.sidecar.istio.io/excludeOutboundIPRanges': '10.96.0.2/24,10.96.0.3/24',
          'traffic.sidecar.istio.io/excludeOutboundPorts': '7,8',
          'traffic.sidecar.istio.io/includeOutboundIPRanges': '127.0.0.1/24,10.96.0.1/24',
        },
      },
    ] as const satisfies readonly Partial<Form>[]) {
      const text = rendered({ release, ...form });
      expect(await findings(text, mesh), JSON.stringify(form)).toEqual([]);
      // Judged by its own release; how old it is, is said apart.
      const newest = await findings(text, '1.30');
      expect(
        newest.filter((one) => !one.startsWith('sidecar-image-version-mismatch old')),
        JSON.stringify(form),
      ).toEqual([]);
    }
  });

  test.each(NEWER)('%s as a native sidecar, and with a user of OpenShift', async (release) => {
    const mesh = release.split('.').slice(0, 2).join('.');
    for (const form of [
      { native: true },
      { native: true, own: true },
      { native: true, cni: true, own: true },
      { native: true, mode: 'NONE', own: true },
      { native: true, mode: 'TPROXY' },
      { user: 1_000_629_999 },
      { user: 1_000_629_999, cni: true, native: true },
      { user: 1_000_629_999, mode: 'TPROXY' },
      { annotations: { 'sidecar.istio.io/capNetBindService': 'true' } },
    ] as const satisfies readonly Partial<Form>[]) {
      expect(await findings(rendered({ release, ...form }), mesh), JSON.stringify(form)).toEqual([]);
    }
  });

  test('under the CNI plugin that the config names', async () => {
    for (const release of RELEASES) {
      const mesh = release.split('.').slice(0, 2).join('.');
      expect(await findings(rendered({ release, cni: true }), mesh, { installation: { cni: true } }), release).toEqual(
        [],
      );
    }
  });
});

describe('the cases that the guides stand for', () => {
  const ARGS = [
    '-p',
    '15001',
    '-z',
    '15006',
    '-u',
    '1337',
    '-m',
    'REDIRECT',
    '-i',
    '*',
    '-x',
    '',
    '-b',
    '*',
    '-d',
    '15090,15021,15020',
  ];
  const guide = (change: (args: readonly string[]) => readonly string[], release = '1.13.1') =>
    rendered({ release, args: change(ARGS) });
  const swap = (from: string, to: string) => (args: readonly string[]) => args.map((arg) => (arg === from ? to : arg));
  const about = async (text: string, mesh: string, rule: string) =>
    (await findings(text, mesh)).filter((one) => one.startsWith(rule));

  test.each(['1.6', '1.13', '1.20', '1.30'])(
    'the arguments of istio-init of 1.13.1 pass with Istio %s',
    async (mesh) => {
      expect(
        await about(
          guide((args) => args),
          mesh,
          'sidecar-iptables',
        ),
      ).toEqual([]);
      expect(
        await about(
          guide((args) => args, `${mesh}.0`),
          mesh,
          'sidecar-iptables',
        ),
      ).toEqual([]);
    },
  );

  test('without 15021 they fail', async () => {
    const text = guide(swap('15090,15021,15020', '15090,15020'));
    expect(await about(text, '1.13', 'sidecar-iptables-inbound-exclusions')).toHaveLength(1);
  });

  test('with 15201 in its place they fail', async () => {
    const text = guide(swap('15090,15021,15020', '15090,15201,15020'));
    expect(await about(text, '1.13', 'sidecar-iptables-inbound-exclusions')).toHaveLength(1);
  });

  test('with -x "*" they fail', async () => {
    expect(await about(guide(swap('', '*')), '1.13', 'sidecar-iptables-cidr')).toHaveLength(1);
  });

  test('the native order passes, without restartPolicy it fails, and on Kubernetes 1.27 it fails', async () => {
    const text = rendered({ release: '1.19.0', native: true, own: true });
    expect(await findings(text, '1.19', { kubernetesVersion: '1.29' })).toEqual([]);
    const without = await findings(text.replace('"restartPolicy":"Always"', '"imagePullPolicy":"Always"'), '1.19');
    expect(without.map((one) => one.split(':')[0])).toEqual(['sidecar-native-restart-policy missing']);
    const old = await findings(text, '1.19', { kubernetesVersion: '1.27' });
    expect(old.map((one) => one.split(':')[0])).toEqual(['sidecar-native-k8s-version unknown']);
  });
});

describe('what linkerd inject renders is clean', () => {
  const pod = (native: boolean, cni: boolean, admin = 4191) => {
    const init = cni
      ? {
          name: 'linkerd-network-validator',
          image: 'cr.l5d.io/linkerd/proxy:edge-25.1.1',
          command: ['/usr/lib/linkerd/linkerd2-network-validator'],
        }
      : {
          name: 'linkerd-init',
          image: 'cr.l5d.io/linkerd/proxy-init:v2.4.1',
          args: [
            '--ipv6=false',
            '--incoming-proxy-port',
            '4143',
            '--outgoing-proxy-port',
            4140,
            '--proxy-uid',
            '2102',
            '--inbound-ports-to-ignore',
            `4190,${admin},22,8100-8102`,
            '--outbound-ports-to-ignore',
            '4567,4568',
          ],
        };
    const proxy = {
      name: 'linkerd-proxy',
      image: 'cr.l5d.io/linkerd/proxy:edge-25.1.1',
      env: [
        { name: 'LINKERD2_PROXY_CONTROL_LISTEN_ADDR', value: '0.0.0.0:4190' },
        { name: 'LINKERD2_PROXY_ADMIN_LISTEN_ADDR', value: `0.0.0.0:${admin}` },
        { name: 'LINKERD2_PROXY_OUTBOUND_LISTEN_ADDR', value: '127.0.0.1:4140' },
        { name: 'LINKERD2_PROXY_OUTBOUND_LISTEN_ADDRS', value: '127.0.0.1:4140,[::1]:4140' },
        { name: 'LINKERD2_PROXY_INBOUND_LISTEN_ADDR', value: '0.0.0.0:4143' },
      ],
      securityContext: { runAsUser: 2102 },
      ...(native ? { restartPolicy: 'Always' } : {}),
    };
    const fetch = { name: 'fetch', image: 'curl:1' };
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'web',
        namespace: 'shop',
        annotations: { 'linkerd.io/proxy-version': 'edge-25.1.1', 'linkerd.io/created-by': 'linkerd/cli x' },
      },
      spec: {
        containers: [...(native ? [] : [proxy]), { name: 'web', image: 'web:1' }],
        initContainers: native ? [init, proxy, fetch] : [fetch, init],
      },
    });
  };

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('native %s, CNI %s', async (native, cni) => {
    expect(await findings(pod(native, cni), '1.30')).toEqual([]);
    expect(await findings(pod(native, cni, 1234), '1.30')).toEqual([]);
  });
});
