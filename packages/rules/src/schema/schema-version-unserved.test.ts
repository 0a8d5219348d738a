import { testRule } from '@meshvet/core/testing';
import { schemaVersionUnserved } from './schema-version-unserved.ts';

const route = (version: string) => `apiVersion: gateway.networking.k8s.io/${version}
kind: GRPCRoute
metadata: { name: greeter, namespace: rpc }
spec: { parentRefs: [{ name: edge }] }
`;
const server = (version: string) => `apiVersion: policy.linkerd.io/${version}
kind: Server
metadata: { name: pages, namespace: web }
spec: { podSelector: {}, port: 80 }
`;

testRule(schemaVersionUnserved, {
  bad: {
    'a version that went, where it is told which release is installed': {
      yaml: route('v1alpha2 #~ gone'),
      settings: { gatewayApiVersion: '1.6' },
    },
    'a version of the future': { yaml: server('v2 #~ never') },
  },
  good: {
    'a version that went, where nobody says which release is installed': route('v1alpha2'),
    'a version that only the experimental channel serves, where nobody says which one is installed': `
      apiVersion: gateway.networking.k8s.io/v1alpha2
      kind: UDPRoute
      metadata: { name: dns, namespace: rpc }
      spec: { parentRefs: [{ name: edge }], rules: [{ backendRefs: [{ name: dns, port: 53 }] }] }
    `,
    'an old version that is still served': server('v1beta1'),
    'a release before the first that is known': { yaml: server('v1alpha9'), settings: { linkerdVersion: '2.11' } },
    'a kind of somebody else in a group of its own': `
      apiVersion: gateway.example.com/v1
      kind: HttpRoute
      metadata: { name: cart }
    `,
  },
});
