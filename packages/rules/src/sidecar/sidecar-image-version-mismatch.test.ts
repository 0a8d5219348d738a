import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarImageVersionMismatch } from './sidecar-image-version-mismatch.ts';

interface Parts {
  readonly name?: string;
  readonly init?: string;
  readonly proxy?: string;
  readonly annotations?: string;
}

const pod = ({ name = 'cart', init = 'proxyv2:1.30.0', proxy = 'proxyv2:1.30.0', annotations = '' }: Parts) => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, annotations: { ${annotations} } }
spec:
  initContainers:
    - args: [istio-iptables, -b, "*"]
      name: istio-init
      image: docker.io/istio/${init}
  containers:
    - { name: cart, image: "cart:1" }
    - args: [proxy, sidecar]
      name: istio-proxy
      image: docker.io/istio/${proxy}
`;

const namespace = (labels: string, mark = '') => `---
apiVersion: v1
kind: Namespace
metadata:
  labels: { ${labels} }
  name: shop ${mark}
`;

const injector = (image: string, name = 'istio-sidecar-injector') => `---
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, namespace: istio-system }
data:
  values: '{"global":{"hub":"docker.io/istio","tag":"1.30.0","proxy":{"image":"${image}"},"tracer":{"datadog":{"address":"$(HOST_IP):8126"}}}}'
`;

const both = (image: string): Parts => ({ init: image, proxy: image });
const enabled = 'istio-injection: enabled';

testRule(sidecarImageVersionMismatch, {
  bad: {
    'the two images of 1.1': {
      yaml: pod({ init: 'proxy_init:1.1.3 #~ init', proxy: 'proxyv2:1.1.4' }),
      settings: { istioVersion: '1.1' },
    },
    'another release in the namespace': {
      yaml: pod({ name: 'a', init: 'proxyv2:1.29.0', proxy: 'proxyv2:1.29.0 #~ neighbour' }) + pod({ name: 'b' }),
    },
    'three releases behind': {
      yaml: pod({ init: 'proxyv2:1.26.0', proxy: 'proxyv2:1.26.0 #~ old' }),
      settings: { istioVersion: '1.29' },
    },
    'ahead of the control plane': {
      yaml: pod({ init: 'proxyv2:1.30.0', proxy: 'proxyv2:1.30.0 #~ young' }),
      settings: { istioVersion: '1.29' },
    },
    'not the proxy of the injector':
      injector('proxyv2') + namespace(enabled, '#~ injector `shop`') + pod(both('proxyv2:1.29.0')),
    'an image with its whole name':
      injector('docker.io/istio/proxyv2:1.28.0') + namespace(enabled, '#~ injector') + pod({}),
    'the injector of a revision':
      injector('proxyv2', 'istio-sidecar-injector-canary') +
      namespace('istio.io/rev: canary', '#~ injector') +
      pod(both('proxyv2:1.29.0')),
    'a flavour that nobody asked for':
      injector('proxyv2') + namespace(enabled, '#~ injector') + pod(both('proxyv2:1.30.0-debug')),
  },
  good: {
    'the two images of 1.3': {
      yaml: pod({ init: 'proxy_init:1.3.8', proxy: 'proxyv2:1.3.8' }),
      settings: { istioVersion: '1.3' },
    },
    'two flavours of one release': pod({ init: 'proxyv2:1.30.0', proxy: 'proxyv2:1.30.0-distroless' }),
    'a proxy that the author chose': pod({
      proxy: 'proxyv2:1.30.1',
      annotations: 'sidecar.istio.io/proxyImage: docker.io/istio/proxyv2:1.30.1',
    }),
    'a proxy that the author merged in': pod({
      proxy: 'proxyv2:1.30.1',
      annotations: 'proxy.istio.io/overrides: "{}"',
    }),
    'an image without a tag': pod({ proxy: 'proxyv2' }),
    'an image by its digest': pod({ proxy: 'proxyv2@sha256:1234' }),
    'a tag that is filled in later': pod({ proxy: 'proxyv2:${TAG}' }),
    'patch levels in one namespace': pod({ name: 'a', ...both('proxyv2:1.30.1') }) + pod({ name: 'b' }),
    'an upgrade on its way: two releases behind': {
      yaml: pod(both('proxyv2:1.27.0')),
      settings: { istioVersion: '1.29' },
    },
    'the proxy of the injector': injector('proxyv2') + namespace(enabled) + pod({}),
    'the injector of another revision':
      injector('proxyv2', 'istio-sidecar-injector-canary') + namespace(enabled) + pod(both('proxyv2:1.29.0')),
    'no injection': injector('proxyv2') + namespace('') + pod(both('proxyv2:1.29.0')),
    'the flavour of the mesh': `${injector('proxyv2') + namespace(enabled) + pod(both('proxyv2:1.30.0-distroless'))}---
apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata: { name: all, namespace: istio-system }
spec: { image: { imageType: distroless } }
`,
    'the flavour of the pod':
      injector('proxyv2') +
      namespace(enabled) +
      pod({ ...both('proxyv2:1.30.0-debug'), annotations: 'proxy.istio.io/config: "image: { imageType: debug }"' }),
  },
});

test('one finding a namespace, on the Namespace, with code IST0158', async () => {
  const text =
    injector('proxyv2') +
    namespace(enabled) +
    ['b', 'a', 'c'].map((name) => pod({ name, ...both('proxyv2:1.29.0') })).join('');
  const findings = (await findingsOf(sidecarImageVersionMismatch, { 'a.yaml': text })).filter(
    (f) => f.codes.length > 0,
  );
  expect(findings.map((f) => [f.resource?.kind, f.codes, f.message])).toEqual([
    [
      'Namespace',
      ['IST0158'],
      'Pods a and 2 more of namespace shop run the proxy docker.io/istio/proxyv2:1.29.0, but the injector of the namespace gives docker.io/istio/proxyv2:1.30.0.',
    ],
  ]);
});

test('a release that nobody configured is no ground for a warning', async () => {
  const findings = await findingsOf(sidecarImageVersionMismatch, { 'a.yaml': pod(both('proxyv2:1.13.1')) });
  expect(findings.map((f) => [f.messageId, f.severity])).toEqual([['old', 'info']]);
});
