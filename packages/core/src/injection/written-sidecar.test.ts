import { describe, expect, test } from 'vitest';
import { makeMesh } from '../testing/make-mesh.ts';
import { imageNameOf, tagOf, type WrittenSidecar } from './written-sidecar.ts';

interface Pod {
  readonly containers: readonly object[];
  readonly initContainers?: readonly object[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

async function read(
  { containers, initContainers = [], annotations = {}, labels = {} }: Pod,
  which: 'istio' | 'linkerd' = 'istio',
): Promise<WrittenSidecar | undefined> {
  const all = { name: 'cart', namespace: 'shop', annotations, labels };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: all, spec: { containers, initContainers } };
  const mesh = await makeMesh(JSON.stringify(pod));
  const [workload] = mesh.workloads;
  return workload && mesh.writtenSidecar(workload, which);
}

const app = { name: 'cart', image: 'cart:1' };
const init = { name: 'istio-init', image: 'istio/proxyv2:1.13.1', args: ['istio-iptables', '-p', '15001'] };
const proxy = { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.13.1', args: ['proxy', 'sidecar'] };

describe('the forms of a written sidecar', () => {
  test('classic', async () => {
    const written = await read({ containers: [app, proxy], initContainers: [init] });
    expect(written).toMatchObject({ form: 'classic', role: 'sidecar', whole: true, version: [1, 13] });
    expect(written?.iptables?.get('envoy-port')?.value).toBe('15001');
  });

  test('native, whether or not it keeps running', async () => {
    const native = { ...proxy, restartPolicy: 'Always' };
    expect(await read({ containers: [app], initContainers: [init, native] })).toMatchObject({ form: 'native' });
    expect(await read({ containers: [app], initContainers: [init, proxy] })).toMatchObject({ form: 'native' });
  });

  test('under the CNI plugin', async () => {
    const written = await read({ containers: [app, proxy], initContainers: [{ ...init, name: 'istio-validation' }] });
    expect([written?.init, written?.validation?.name, written?.iptables]).toEqual([
      undefined,
      'istio-validation',
      undefined,
    ]);
  });

  test("Linkerd's", async () => {
    const linkerd = {
      containers: [app, { name: 'linkerd-proxy', image: 'cr.l5d.io/linkerd/proxy:edge-25.1.1' }],
      initContainers: [
        { name: 'linkerd-init', image: 'cr.l5d.io/linkerd/proxy-init:v2.4.1', args: ['--proxy-uid', 2102] },
      ],
    };
    expect(await read(linkerd)).toBeUndefined();
    const written = await read(linkerd, 'linkerd');
    expect(written).toMatchObject({ mesh: 'linkerd', form: 'classic', role: 'sidecar', version: undefined });
    expect(written?.proxyInit?.get('proxy-uid')?.value).toBe('2102');
  });

  test('what the injector is to fill in is none', async () => {
    expect(await read({ containers: [app] })).toBeUndefined();
    expect(await read({ containers: [app, { name: 'istio-proxy', image: 'auto' }] })).toBeUndefined();
  });

  test('an image alone is not whole: it may be meant for the injector', async () => {
    const bare = { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.13.1' };
    expect(await read({ containers: [app, bare] })).toMatchObject({ whole: false });
    expect(await read({ containers: [app, bare], annotations: { 'sidecar.istio.io/status': '{}' } })).toMatchObject({
      whole: true,
    });
    expect(await read({ containers: [app, bare], initContainers: [init] })).toMatchObject({ whole: true });
  });
});

describe('what the proxy is there for', () => {
  test.each<[string, Partial<typeof proxy> & object, Pod['annotations'], string]>([
    ['a sidecar', {}, {}, 'sidecar'],
    ['the agent decides by itself', { args: ['proxy'] }, {}, 'sidecar'],
    ['a gateway', { args: ['proxy', 'router'] }, {}, 'other'],
    ['a waypoint', { args: ['proxy', 'waypoint'] }, {}, 'other'],
    ['ztunnel', { args: ['proxy', 'ztunnel'] }, {}, 'other'],
    ['a part of the control plane', { args: ['proxy', '--templateFile', 'a'] }, {}, 'other'],
    ['something else', { args: ['run.sh'] }, {}, 'other'],
    ['libraries of gRPC', {}, { 'inject.istio.io/templates': 'grpc-agent' }, 'agent'],
    ['a template of the installation', {}, { 'inject.istio.io/templates': 'sidecar,logging' }, 'other'],
    ['the template of sidecars', {}, { 'inject.istio.io/templates': 'sidecar, sidecar' }, 'sidecar'],
  ])('%s', async (_, change, annotations = {}, role) => {
    expect((await read({ containers: [app, { ...proxy, ...change }], annotations }))?.role).toBe(role);
  });

  test('a gateway by its label', async () => {
    expect((await read({ containers: [app, proxy], labels: { istio: 'ingressgateway' } }))?.role).toBe('other');
  });
});

describe('the mode of interception', () => {
  const env = (name: string, value: string) => ({ ...proxy, env: [{ name, value }] });
  const key = 'sidecar.istio.io/interceptionMode';
  test.each<[string, Pod, string | undefined]>([
    [
      'the annotation',
      { containers: [app, env('ISTIO_META_INTERCEPTION_MODE', 'REDIRECT')], annotations: { [key]: 'NONE' } },
      'NONE',
    ],
    ['the variable', { containers: [app, env('ISTIO_META_INTERCEPTION_MODE', 'TPROXY')] }, 'TPROXY'],
    ['the ProxyConfig', { containers: [app, env('PROXY_CONFIG', '{"interceptionMode":"NONE"}')] }, 'NONE'],
    ['no JSON', { containers: [app, env('PROXY_CONFIG', '{')] }, undefined],
    ['filled in later', { containers: [app, proxy], annotations: { [key]: '${MODE}' } }, undefined],
  ])('%s', async (_, pod, mode) => {
    expect((await read(pod))?.interception).toBe(mode);
  });
});

describe('the release that an image names', () => {
  test.each<[string, readonly number[] | undefined]>([
    ['docker.io/istio/proxyv2:1.30.0', [1, 30]],
    ['docker.io/istio/proxyv2:1.9.3-distroless', [1, 9]],
    ['gcr.io/istio-release/proxyv2:release-1.1-latest-daily', [1, 1]],
    ['docker.io/istio/proxyv2:1.5-alpha.0', [1, 5]],
    ['docker.io/istio/proxy_init:0.8.0', [0, 8]],
    ['registry:5000/istio/proxyv2:1.6.0', [1, 6]],
    ['gcr.io/istio-testing/proxyv2:latest', undefined],
    ['gcr.io/istio-testing/proxyv2', undefined],
    ['docker.io/istio/proxyv2:1.6.0@sha256:ab', undefined],
    ['envoyproxy/envoy:1.18.0', undefined],
    ['corp/mesh-proxy:1.2.3', undefined],
    ['docker.io/istio/proxyv2:${TAG}', undefined],
  ])('%s', async (image, version) => {
    expect((await read({ containers: [app, { ...proxy, image }] }))?.version).toEqual(version);
  });

  test('parts of images', () => {
    expect([tagOf('a/b:c'), tagOf('host:5000/b'), tagOf('b:'), tagOf('b@sha256:1')]).toEqual([
      'c',
      undefined,
      undefined,
      undefined,
    ]);
    expect([imageNameOf('host:5000/a/b:c'), imageNameOf('b@sha256:1'), imageNameOf('')]).toEqual(['b', 'b', '']);
  });
});
