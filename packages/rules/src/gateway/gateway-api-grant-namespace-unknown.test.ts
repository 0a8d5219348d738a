import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiGrantNamespaceUnknown } from './gateway-api-grant-namespace-unknown.ts';

const grant = (namespace: string) => yaml`
  apiVersion: gateway.networking.k8s.io/v1beta1
  kind: ReferenceGrant
  metadata: { name: edge, namespace: shop }
  spec:
    from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: ${namespace} }]
    to: [{ group: "", kind: Service }]
`;

testRule(gatewayApiGrantNamespaceUnknown, {
  good: {
    'the config declares the namespace': {
      settings: { closedWorld: true, externals: { namespaces: ['edge'] } },
      yaml: grant('edge'),
    },
    'a placeholder': { settings: { closedWorld: true }, yaml: grant('"${EDGE}"') },
  },
});
