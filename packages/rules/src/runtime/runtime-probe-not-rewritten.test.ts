import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { runtimeProbeNotRewritten } from './runtime-probe-not-rewritten.ts';

const workload = (probe: string, annotations = '') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata:
      labels: { app: cart }
      annotations: { ${annotations} }
    spec:
      containers:
        - name: cart
          image: cart
          ports: [{ name: http, containerPort: 8080 }]
          ${probe}
`;
const strict = (spec = 'mtls: { mode: STRICT }') => `---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { ${spec} }
`;
const http = 'readinessProbe: { httpGet: { port: http } }';
const off = 'sidecar.istio.io/rewriteAppHTTPProbers: "false"';

testRule(runtimeProbeNotRewritten, {
  bad: {
    'turned off in the config, by the name of the port': {
      yaml: workload('readinessProbe: { httpGet: { port: http } } #~ installation') + strict(),
      settings: { installation: { rewriteAppHTTPProbe: false } },
    },
    'turned off by a manifest of the control plane': {
      files: {
        'a.yaml': workload('livenessProbe: { tcpSocket: { port: 8080 } } #~ installation `8080`') + strict(),
        'b.yaml': yaml`
          apiVersion: install.istio.io/v1alpha1
          kind: IstioOperator
          metadata: { name: istio, namespace: istio-system }
          spec: { values: { sidecarInjectorWebhook: { rewriteAppHTTPProbe: false } } }
        `,
      },
    },
    'TCP probes before 1.12': {
      yaml: workload('livenessProbe: { tcpSocket: { port: 8080 } } #~ version') + strict(),
      settings: { istioVersion: '1.11' },
    },
    'lifecycle hooks before 1.25': {
      yaml: workload('lifecycle: { preStop: { httpGet: { port: 8080 } } } #~ version') + strict(),
      settings: { istioVersion: '1.24' },
    },
    'one port strict, by the selector of a policy': {
      yaml: `${workload('readinessProbe: { httpGet: { port: 8080 } } #~ installation')}${strict(
        'selector: { matchLabels: { app: cart } }, portLevelMtls: { 8080: { mode: STRICT } }',
      )}`,
      settings: { installation: { rewriteAppHTTPProbe: false } },
    },
  },
  good: {
    'TCP probes since 1.12': {
      yaml: workload('livenessProbe: { tcpSocket: { port: 8080 } }') + strict(),
      settings: { istioVersion: '1.12' },
    },
    'gRPC probes since 1.13': {
      yaml: workload('livenessProbe: { grpc: { port: 8080 } }') + strict(),
      settings: { istioVersion: '1.13' },
    },
    'lifecycle hooks since 1.25': {
      yaml: workload('lifecycle: { preStop: { httpGet: { port: 8080 } } }') + strict(),
      settings: { istioVersion: '1.25' },
    },
    'of 1.6 it is not known whether the default profile was installed': {
      yaml: workload(http) + strict(),
      settings: { istioVersion: '1.6' },
    },
    'nothing demands mutual TLS': workload(http, off),
    'plain text is taken too': workload(http, off) + strict('mtls: { mode: PERMISSIVE }'),
    'the port of the probe is left out of the mutual TLS':
      workload(http, off) +
      strict(
        'selector: { matchLabels: { app: cart } }, mtls: { mode: STRICT }, portLevelMtls: { 8080: { mode: PERMISSIVE } }',
      ),
    'the port is left out of the capture':
      workload(http, `${off}, traffic.sidecar.istio.io/excludeInboundPorts: "9090, 8080"`) + strict(),
    'other ports only are captured':
      workload(http, `${off}, traffic.sidecar.istio.io/includeInboundPorts: "9090"`) + strict(),
    'the annotation turns on what the mesh turns off': {
      yaml: workload(http, 'sidecar.istio.io/rewriteAppHTTPProbers: "T"') + strict(),
      settings: { installation: { rewriteAppHTTPProbe: false } },
    },
    'a value that is no boolean is not heard':
      workload(http, 'sidecar.istio.io/rewriteAppHTTPProbers: "no"') + strict(),
    'the probe was rewritten already':
      workload('readinessProbe: { httpGet: { path: /app-health/cart/readyz, port: 15020 } }', off) + strict(),
    'exec runs inside the container': workload('readinessProbe: { exec: { command: [ready] } }', off) + strict(),
    'pods without a sidecar': (workload(http, off) + strict()).replace(
      '{ app: cart }\n',
      '{ app: cart, sidecar.istio.io/inject: "false" }\n',
    ),
    'the probe goes to another host':
      workload('readinessProbe: { httpGet: { host: example.com, port: 8080 } }', off) + strict(),
  },
});

test('the annotation is taken away only when somebody asks for it', async () => {
  const [finding] = await findingsOf(runtimeProbeNotRewritten, { 'a.yaml': workload(http, off) + strict() });
  expect(finding?.message).toContain('so the readinessProbe of container cart is refused');
});
