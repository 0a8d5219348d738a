import { testRule } from '@meshvet/core/testing';
import { policyTargetUnknown } from './policy-target-unknown.ts';

const policy = (
  group: string,
  kind: string,
  name: string,
  type = 'security.istio.io/v1\nkind: RequestAuthentication',
) => `---
apiVersion: ${type}
metadata: { name: p, namespace: shop }
spec:
  targetRefs:
    - group: "${group}"
      kind: ${kind}
      name: ${name}
`;
const gateway = (name: string, namespace = 'shop') => `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: ${namespace} }
spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }] }
`;
const API = 'gateway.networking.k8s.io';

testRule(policyTargetUnknown, {
  bad: {
    'a Gateway of another name': gateway('edge') + policy(API, 'Gateway', 'egde #~ missing'),
    'a ServiceEntry, in a closed world': {
      yaml: policy('networking.istio.io', 'ServiceEntry', 'out #~ missing', 'telemetry.istio.io/v1\nkind: Telemetry'),
      settings: { closedWorld: true },
    },
  },
  good: {
    'a Gateway that is there': gateway('edge') + policy(API, 'Gateway', 'edge'),
    'a Gateway that may stand elsewhere': policy(API, 'Gateway', 'edge'),
    'a Gateway of another namespace says nothing of this one': gateway('edge', 'infra') + policy(API, 'Gateway', 'own'),
    'the class of waypoints': { yaml: policy(API, 'GatewayClass', 'istio-waypoint'), settings: { closedWorld: true } },
    'a Gateway of a dump, by its pods': {
      yaml: `${policy(API, 'Gateway', 'wp')}---
apiVersion: apps/v1
kind: Deployment
metadata: { name: wp, namespace: shop }
spec:
  selector: { matchLabels: { gateway.networking.k8s.io/gateway-name: wp } }
  template:
    metadata: { labels: { gateway.networking.k8s.io/gateway-name: wp } }
    spec: { containers: [{ name: istio-proxy, image: proxy }] }
`,
      settings: { closedWorld: true },
    },
  },
});
