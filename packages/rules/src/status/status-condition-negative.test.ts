import { testRule, yaml } from '@meshvet/core/testing';
import { statusConditionNegative } from './status-condition-negative.ts';

const policy = (condition: string, mark = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: p, namespace: shop }
  status: { conditions: [{ ${condition} }] } ${mark}
`;
const route = (condition: string, mark = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: HTTPRoute
  metadata: { name: r, namespace: shop }
  status: { parents: [{ conditions: [{ ${condition} }] }] } ${mark}
`;

testRule(statusConditionNegative, {
  bad: {
    'each parent of a route': route('type: ResolvedRefs, status: "False", reason: BackendNotFound', '#~ negative'),
    'a policy that is taken in part': policy(
      'type: WaypointAccepted, status: "True", reason: PartiallyInvalid',
      '#~ negative',
    ),
    'a Service without its waypoint': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { ports: [{ port: 80 }] }
      status: { conditions: [{ type: istio.io/WaypointBound, status: "False", reason: ResourceNotFound }] } #~ negative
    `,
  },
  good: {
    'not known is not false': route('type: Accepted, status: Unknown, reason: Pending'),
    'another condition': policy('type: Ready, status: "False", reason: No'),
    'a status that is a text':
      'apiVersion: v1\nkind: Service\nmetadata: { name: s }\nspec: { ports: [{ port: 80 }] }\nstatus: lost\n',
  },
});
