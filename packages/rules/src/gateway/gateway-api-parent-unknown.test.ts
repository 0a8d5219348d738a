import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiParentUnknown } from './gateway-api-parent-unknown.ts';

const gateway = (listeners: string, name = 'front', namespace = 'shop', extra = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { gatewayClassName: istio, listeners: [${listeners}]${extra} }
`;
const route = (spec: string, kind = 'HTTPRoute', namespace = 'shop') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: ${kind}
  metadata: { name: cart, namespace: ${namespace} }
  spec:
    ${spec}
`;
const http = '{ name: http, port: 80, protocol: HTTP }';
const service = yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
`;

testRule(gatewayApiParentUnknown, {
  bad: {
    'of two Gateways of that name the one beside it': {
      files: {
        'a/app/front.yaml': gateway(http, 'front', 'edge'),
        'a/app/route.yaml': route('parentRefs: [{ name: front }] #~ namespace'),
        'b/other/deep/front.yaml': gateway(http, 'front', 'other'),
      },
    },
    'a ListenerSet of no Gateway, and one that forgot the namespace': `${gateway(http, 'back', 'edge')}---\n${yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: ListenerSet
      metadata: { name: more, namespace: edge }
      spec: { parentRef: { name: bakc }, listeners: [] } #~ listenerSet
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: ListenerSet
      metadata: { name: others, namespace: shop }
      spec: { parentRef: { name: back }, listeners: [] } #~ namespace
    `}`,
    'a ListenerSet of another namespace': `${yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: ListenerSet
      metadata: { name: more, namespace: edge }
      spec: { parentRef: { name: front }, listeners: [] }
    `}---\n${route('parentRefs: [{ kind: ListenerSet, name: more }] #~ namespace')}`,
    'a Service that does not exist beside others of the namespace': `${service}---\n${route(
      'parentRefs: [{ group: "", kind: Service, name: catr }] #~ service',
    )}`,
    'each kind of parent in a closed world': {
      settings: { closedWorld: true },
      yaml: yaml`
        apiVersion: gateway.networking.k8s.io/v1
        kind: GRPCRoute
        metadata: { name: cart, namespace: shop }
        spec:
          parentRefs:
            - name: front #~ gateway
            - { kind: ListenerSet, name: more } #~ gateway
            - { group: "", kind: Service, name: cart } #~ service
            - { group: networking.istio.io, kind: ServiceEntry, name: api } #~ service
      `,
    },
    'a Gateway of that name in another namespace': `${gateway(http, 'front', 'edge')}---\n${gateway(http, 'back')}---\n${route(
      'parentRefs: [{ name: front }] #~ gateway `front`',
    )}`,
    'neither says its namespace, and both stand in one file': yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: { name: front }
      spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }] }
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: { name: cart }
      spec: { parentRefs: [{ name: fornt }] } #~ gateway
    `,
  },
  good: {
    'Gateways of that name in two namespaces': `${gateway(http, 'front', 'a')}---\n${gateway(http, 'front', 'b')}---\n${route('parentRefs: [{ name: front }]')}`,
    'the namespace is written, though it is one that was not read': `${gateway(http, 'front', 'edge')}---\n${route('parentRefs: [{ name: front, namespace: shop }]')}`,
    'the config says that the Gateway is there': {
      settings: { externals: { gateways: ['shop/front'] } },
      yaml: `${gateway(http, 'front', 'edge')}---\n${route('parentRefs: [{ name: front }]')}`,
    },
    'the route does not say its namespace': `${gateway(http, 'front', 'edge')}---\n${route('parentRefs: [{ name: front }]').replace(', namespace: shop', '')}`,
    'no Gateway of the namespace was read': route('parentRefs: [{ name: front }]'),
    'the Gateway lives elsewhere, and the config says so': {
      settings: { closedWorld: true, externals: { gateways: ['edge/front'] } },
      yaml: route('parentRefs: [{ name: front, namespace: edge }]'),
    },
    'a snippet without a namespace beside another guide with its Gateway': {
      files: {
        'guide/one.yaml': yaml`
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart }
          spec: { parentRefs: [{ name: acme }] }
        `,
        'guide/two.yaml': yaml`
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front }
          spec: { gatewayClassName: istio, listeners: [] }
        `,
      },
    },
    'a Gateway whose namespace is not written may be the one': `${gateway(http, 'back')}---\n${yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: { name: front }
      spec: { gatewayClassName: istio, listeners: [] }
    `}---\n${route('parentRefs: [{ name: front }]')}`,
    'parents of other controllers': {
      settings: { closedWorld: true },
      yaml: route(
        'parentRefs: [{ group: policy.linkerd.io, kind: Server, name: cart }, { group: example.com, kind: Gateway, name: x }]',
      ),
    },
    'a Service of another namespace needs no ReferenceGrant': `${service}---\n${route(
      'parentRefs: [{ group: "", kind: Service, name: cart, namespace: shop }]',
      'HTTPRoute',
      'client',
    )}`,
    'the group of core, written out': `${service}---\n${route('parentRefs: [{ group: core, kind: Service, name: cart }]')}`,
    'a ListenerSet, and a ServiceEntry': {
      settings: { closedWorld: true },
      yaml: `${gateway(http)}---\n${yaml`
        apiVersion: gateway.networking.k8s.io/v1
        kind: ListenerSet
        metadata: { name: more, namespace: shop }
        spec: { parentRef: { name: front }, listeners: [{ name: http, port: 80, protocol: HTTP }] }
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: { name: api, namespace: shop }
        spec: { hosts: [api.example.com] }
      `}---\n${route('parentRefs: [{ kind: ListenerSet, name: more }, { group: networking.istio.io, kind: ServiceEntry, name: api }]')}`,
    },
    placeholders: `${gateway(http, 'back')}---\n${route('parentRefs: [{ name: "${GATEWAY}" }, { name: front, namespace: "${NAMESPACE}" }]')}`,
    'the Istio kind of the same name is another thing, and not in the way': `${gateway(http)}---\n${route('parentRefs: [{ name: front }]')}`,
  },
});
