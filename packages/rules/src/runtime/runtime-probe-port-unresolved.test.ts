import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { runtimeProbePortUnresolved } from './runtime-probe-port-unresolved.ts';

const workload = (body: string, labels = 'app: cart') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { ${labels} } }
    spec:
      containers:
${body.replace(/^/gm, '        ')}
`;

testRule(runtimeProbePortUnresolved, {
  bad: {
    'the port is that of another container': workload(
      `- { name: proxy, image: proxy, ports: [{ name: web, containerPort: 80 }] }
- name: cart
  image: cart
  livenessProbe: { httpGet: { port: web } } #~ unresolved \`web\``,
    ),
    'the container declares no port': workload(`- name: cart
  image: cart
  lifecycle: { postStart: { httpGet: { port: web } } } #~ unresolved`),
  },
  good: {
    'a port that a later step fills in': workload(`- name: cart
  image: cart
  livenessProbe: { httpGet: { port: "\${PORT}" } }`),
    'ports whose names are filled in later': workload(`- name: cart
  image: cart
  ports: [{ name: "\${NAME}", containerPort: 80 }]
  livenessProbe: { httpGet: { port: web } }`),
    'the protocol of the port does not matter to the kubelet': workload(`- name: cart
  image: cart
  ports: [{ name: web, containerPort: 80, protocol: UDP }]
  livenessProbe: { httpGet: { port: web } }`),
    'pods that are kept out of the mesh': workload(
      `- name: cart
  image: cart
  livenessProbe: { httpGet: { port: web } }`,
      'app: cart, sidecar.istio.io/inject: "false"',
    ),
    'a patch may bring the ports': {
      files: {
        'kustomization.yaml': 'resources: [cart.yaml]\npatches: [{ path: ports.yaml }]\n',
        'cart.yaml': workload(`- name: cart
  image: cart
  livenessProbe: { httpGet: { port: web } }`),
        'ports.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec: { template: { spec: { containers: [{ name: cart, ports: [{ name: web, containerPort: 80 }] }] } } }
`,
      },
    },
  },
});

test('it fails with or without a mesh, so that it is an error also where membership is not known', async () => {
  const file = workload('- { name: cart, image: cart, livenessProbe: { httpGet: { port: web } } }');
  expect((await findingsOf(runtimeProbePortUnresolved, { 'a.yaml': file })).map((f) => f.severity)).toEqual(['error']);
});
