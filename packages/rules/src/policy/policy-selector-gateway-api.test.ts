import { testRule, yaml } from '@meshvet/core/testing';
import { policySelectorGatewayApi } from './policy-selector-gateway-api.ts';

const policy = (spec: string, mark = '', kind = 'AuthorizationPolicy') => yaml`
  apiVersion: security.istio.io/v1
  kind: ${kind}
  metadata: { name: p, namespace: shop }
  spec: { ${spec} } ${mark}
`;
const pod = (labels: string) => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: front-1, namespace: shop, labels: { ${labels} } }
  spec: { containers: [{ name: istio-proxy, image: proxyv2 }] }
`;
const front = 'app: front, gateway.networking.k8s.io/gateway-name: front';
const both = (one: string, other: string) => `${one}---\n${other}`;

testRule(policySelectorGatewayApi, {
  bad: {
    'other gateways read selectors by default, so it is advice': policy(
      'selector: { matchLabels: { gateway.networking.k8s.io/gateway-name: front } }',
      '#~ gateway `front`',
    ),
    'a pod of a dump': both(policy('selector: { matchLabels: { app: front } }', '#~ gateway'), pod(front)),
    'a pod of a waypoint': both(
      policy('selector: { matchLabels: { app: front } }', '#~ waypoint'),
      pod(`${front}, gateway.istio.io/managed: istio.io-mesh-controller`),
    ),
  },
  good: {
    'targetRefs beside a selector; istioctl knows only the singular': both(
      policy('selector: { matchLabels: { app: front } }, targetRefs: [{ kind: Gateway, name: front }]'),
      pod(front),
    ),
    'before the Gateway API had policies': {
      yaml: policy('selector: { matchLabels: { gateway.networking.k8s.io/gateway-name: front } }'),
      settings: { istioVersion: '1.21' },
    },
    'PeerAuthentications have no targetRefs': policy(
      'selector: { matchLabels: { gateway.networking.k8s.io/gateway-name: front } }',
      '',
      'PeerAuthentication',
    ),
  },
});
