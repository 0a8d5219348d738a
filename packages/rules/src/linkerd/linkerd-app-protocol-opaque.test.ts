import { findingsOf, testRule } from '@meshvet/core/testing';
import { describe, expect, test } from 'vitest';
import { linkerdAppProtocolOpaque } from './linkerd-app-protocol-opaque.ts';

const NAMESPACE =
  'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, annotations: { linkerd.io/inject: enabled } }\n---\n';
const service = (port: string) => `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec:
  selector: { app: cart }
  ports:
    - name: one
      port: 80
      ${port}
`;
const pods = (annotations: string) => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart }, annotations: { ${annotations} } }
    spec: { containers: [{ name: cart, image: cart }] }
`;

testRule(linkerdAppProtocolOpaque, {
  bad: {
    'the pods ask for Linkerd themselves':
      service('appProtocol: kubernetes.io/ws #~ opaque') + pods('linkerd.io/inject: enabled'),
    'read since 2.18': {
      yaml: `${NAMESPACE}${service('appProtocol: http2 #~ opaque')}`,
      settings: { linkerdVersion: '2.18' },
    },
  },
  good: {
    'not read before 2.18': {
      yaml: NAMESPACE + service('appProtocol: http2'),
      settings: { linkerdVersion: '2.17' },
    },
    'nothing says that Linkerd is there': service('appProtocol: grpc'),
    'the pods refuse it': NAMESPACE + service('appProtocol: grpc') + pods('linkerd.io/inject: disabled'),
    'no value at all': NAMESPACE + service('targetPort: 8080'),
    'filled in later': NAMESPACE + service('appProtocol: "${PROTOCOL}"'),
  },
});

// Golden: the table of appProtocol at 2.17 and 2.18.
describe('appProtocol', () => {
  test.each([
    ['http', undefined],
    ['HTTP', undefined],
    ['kubernetes.io/h2c', undefined],
    ['linkerd.io/opaque', undefined],
    ['linkerd.io/tcp', undefined],
    ['tcp', undefined],
    ['mongo', undefined],
    ['https', undefined],
    ['grpc', 'warning'],
    ['h2c', 'warning'],
    ['kubernetes.io/ws', 'warning'],
    ['example.com/bus', 'info'],
  ])('%s', async (value, severity) => {
    const file = NAMESPACE + service(`appProtocol: ${value}`);
    const at = async (linkerdVersion: string) =>
      (await findingsOf(linkerdAppProtocolOpaque, { 'a.yaml': file }, { settings: { linkerdVersion } }))[0]?.severity;
    expect(await at('2.17')).toBeUndefined();
    expect(await at('2.18')).toBe(severity);
  });
});
