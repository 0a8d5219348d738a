import { testRule } from '@meshvet/core/testing';
import { runtimeLocalhostListener } from './runtime-localhost-listener.ts';

const files = (container: string, more = '') => `apiVersion: apps/v1
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
          ports: [{ name: http, containerPort: 8080 }]
${container.replace(/^/gm, '          ')}
---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: http }] }
${more}`;

testRule(runtimeLocalhostListener, {
  bad: {
    'a flag with its value behind it; the only port is meant': files(`args:
  - --bind
  - localhost #~ loopback \`localhost\``),
    'the environment': files(`env:
  - name: LISTEN_ADDR
    value: "127.0.0.1:8080" #~ loopback`),
    'the loopback of IPv6': files('command: [serve, "-listen=[::1]:8080"] #~ loopback'),
  },
  good: {
    'up to 1.9 the proxy passed requests to 127.0.0.1': {
      yaml: files('args: ["--bind=127.0.0.1"]'),
      settings: { istioVersion: '1.9' },
    },
    'a port that no Service leads to, such as metrics behind kube-rbac-proxy': files(
      'args: ["--listen-address=127.0.0.1:9090"]',
    ),
    'the host of something else': files('args: ["--host=localhost"]\nenv: [{ name: DB_HOST, value: localhost }]'),
    'another container answers on that port': files(
      'args: ["--listen-address=127.0.0.1:8080"]\n'.concat('env: []'),
    ).replace(
      '      containers:\n',
      '      containers:\n        - { name: front, image: front, ports: [{ containerPort: 8080 }] }\n',
    ),
    'a Sidecar resource sends requests to the loopback address': files(
      'args: ["--bind=127.0.0.1"]',
      `---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { ingress: [{ port: { number: 8080, protocol: HTTP, name: http }, defaultEndpoint: 127.0.0.1:8080 }] }
`,
    ),
    'the port is left out of the capture': files('args: ["--bind=127.0.0.1"]').replace(
      '{ labels: { app: cart } }',
      '{ labels: { app: cart }, annotations: { traffic.sidecar.istio.io/excludeInboundPorts: "8080" } }',
    ),
  },
});
