import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiListenerSetRefused } from './gateway-api-listener-set-refused.ts';

const gateway = (extra: string, className = 'istio') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: edge }
  spec:
    gatewayClassName: ${className}
    listeners: [{ name: http, port: 80, protocol: HTTP }]
    ${extra}
`;
const set = (
  mark: string,
  apiVersion = 'gateway.networking.k8s.io/v1',
  kind = 'ListenerSet',
  namespace = 'shop',
) => yaml`
  apiVersion: ${apiVersion}
  kind: ${kind}
  metadata: { name: shop, namespace: ${namespace} }
  spec:
    parentRef: { name: front, namespace: edge } ${mark}
    listeners: [{ name: shop, port: 8080, protocol: HTTP }]
`;
const labelled = yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { team: a } }
`;
const selector = (team: string) =>
  `allowedListeners: { namespaces: { from: Selector, selector: { matchLabels: { team: ${team} } } } }`;
const all = 'allowedListeners: { namespaces: { from: All } }';

testRule(gatewayApiListenerSetRefused, {
  bad: {
    'no allowedListeners': `${gateway('')}---\n${set('#~ none')}`,
    'None, and nothing': `${gateway('allowedListeners: { namespaces: { from: None } }')}---\n${set('#~ none')}`,
    'no from': `${gateway('allowedListeners: { namespaces: { selector: {} } }')}---\n${set('#~ none')}`,
    'the experimental kind': `${gateway('')}---\n${set('#~ none', 'gateway.networking.x-k8s.io/v1alpha1', 'XListenerSet')}`,
    'another namespace': `${gateway('allowedListeners: { namespaces: { from: Same } }')}---\n${set('#~ namespace')}`,
    'a label that the namespace lacks': `${labelled}---\n${gateway(selector('b'))}---\n${set('#~ namespace')}`,
    'a waypoint takes none': `${gateway(all, 'istio-waypoint')}---\n${set('#~ class')}`,
    'a release that does not know the kind': {
      settings: { istioVersion: '1.29' },
      yaml: `${gateway(all)}---\n${set('#~ version')}`,
    },
  },
  good: {
    'the same namespace': `${gateway('allowedListeners: { namespaces: { from: Same } }')}---\n${set('', undefined, undefined, 'edge')}`,
    'a label that it has': `${labelled}---\n${gateway(selector('a'))}---\n${set('')}`,
    'labels of a namespace that was not read': `${gateway(selector('a'))}---\n${set('')}`,
    'filled in later': `${gateway('allowedListeners: { namespaces: { from: "${FROM}" } }')}---\n${set('')}`,
    'a Gateway that was not read': set(''),
    'Same, and the set does not say its namespace': `${gateway('allowedListeners: { namespaces: { from: Same } }')}---\n${set('').replace(', namespace: shop }', ' }')}`,
    'the experimental kind in an older release': {
      settings: { istioVersion: '1.29' },
      yaml: `${gateway(all)}---\n${set('', 'gateway.networking.x-k8s.io/v1alpha1', 'XListenerSet')}`,
    },
  },
});
