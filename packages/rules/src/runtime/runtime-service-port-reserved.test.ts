import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { runtimeServicePortReserved } from './runtime-service-port-reserved.ts';

const service = (ports: string, selector = 'app: cart') => `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec:
  selector: { ${selector} }
  ports:
    - ${ports}
`;

testRule(runtimeServicePortReserved, {
  bad: {
    'each of the four': `${service('{ name: http, port: 15001, targetPort: 8080 } #~ port')}    - { name: grpc, port: 15021, targetPort: 8081 } #~ port
    - { port: 15090, appProtocol: http, name: metrics, targetPort: 8082 } #~ port
`,
    'a named target': service('{ name: http2, port: 15001, targetPort: web } #~ port'),
    'inbound port since 1.3': {
      settings: { istioVersion: '1.3' },
      yaml: service('{ name: http, port: 15006, targetPort: 80 } #~ port'),
    },
    'readiness port since 1.6': {
      settings: { istioVersion: '1.6' },
      yaml: service('{ name: http, port: 15021, targetPort: 80 } #~ port'),
    },
  },
  good: {
    'inbound port before 1.3': {
      settings: { istioVersion: '1.2' },
      yaml: service('{ name: http, port: 15006, targetPort: 80 }'),
    },
    'readiness port before 1.6': {
      settings: { istioVersion: '1.5' },
      yaml: service('{ name: http, port: 15021, targetPort: 80 }'),
    },
    'ports that no listener of the sidecar has': service('{ name: http, port: 15000, targetPort: 80 }'),
    'a protocol that is found out': service('{ name: web, port: 15001, targetPort: 80 }'),
    'the target is reserved too, which another rule tells': service('{ name: http, port: 15001 }'),
    'the status port of a gateway': service('{ name: http-status, port: 15021, targetPort: 15021 }', 'istio: ingress'),
    'pods in ambient mode have no such listeners': `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
${service('{ name: http, port: 15001, targetPort: 80 }')}---
apiVersion: v1
kind: Pod
metadata: { name: cart, namespace: shop, labels: { app: cart } }
spec: { containers: [{ name: cart, image: cart }] }
`,
  },
});

test('warns where the pods are in the mesh, and else informs', async () => {
  const text = service('{ name: http, port: 15001, targetPort: 80 }');
  const pod = `---\napiVersion: v1\nkind: Pod\nmetadata: { name: cart, namespace: shop, labels: { app: cart, sidecar.istio.io/inject: "true" } }\nspec: { containers: [{ name: cart, image: cart }] }\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n`;
  const severity = async (yaml: string) =>
    (await findingsOf(runtimeServicePortReserved, { 'a.yaml': yaml }))[0]?.severity;
  expect(await severity(text)).toBe('info');
  expect(await severity(text + pod)).toBe('warning');
});
