import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiParentListenerUnknown } from './gateway-api-parent-listener-unknown.ts';

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
const two = '{ name: http, port: 80, protocol: HTTP }, { name: admin, port: 8080, protocol: HTTP }';

testRule(gatewayApiParentListenerUnknown, {
  bad: {
    'a Gateway without any listener of that port': `${gateway(two)}---\n${route('parentRefs: [{ name: front, port: 443 }] #~ port `443`')}`,
    'a listener of a ListenerSet is none of its Gateway': `${gateway(two)}---\n${yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: ListenerSet
      metadata: { name: more, namespace: shop }
      spec: { parentRef: { name: front }, listeners: [{ name: extra, port: 81, protocol: HTTP }] }
    `}---\n${route('parentRefs: [{ name: front, sectionName: extra }] #~ section `extra`')}`,
    'in a ListenerSet': `${yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: ListenerSet
      metadata: { name: more, namespace: shop }
      spec: { parentRef: { name: front }, listeners: [{ name: extra, port: 81, protocol: HTTP }] }
    `}---\n${route('parentRefs: [{ kind: ListenerSet, name: more, sectionName: http }] #~ section')}`,
  },
  good: {
    'by name, by port, and both': `${gateway(two)}---\n${route(
      'parentRefs: [{ name: front, sectionName: http }, { name: front, port: 8080 }, { name: front, sectionName: admin, port: 8080 }]',
    )}`,
    'one of the variants of the Gateway has it': {
      files: {
        'a/gateway.yaml': gateway(two),
        'b/gateway.yaml': gateway('{ name: https, port: 443, protocol: HTTPS }'),
        'b/route.yaml': route('parentRefs: [{ name: front, sectionName: https }]'),
      },
    },
    'some listeners are filled in later': `${gateway('{ name: "${NAME}", port: 80, protocol: HTTP }')}---\n${route(
      'parentRefs: [{ name: front, sectionName: http }]',
    )}`,
    'a placeholder': `${gateway(two)}---\n${route('parentRefs: [{ name: front, sectionName: "${SECTION}" }]')}`,
    'a patch brings the listeners': {
      files: {
        'base/kustomization.yaml': 'resources: [all.yaml]\npatches: [{ path: patch.yaml }]\n',
        'base/all.yaml': `${gateway(two)}---\n${route('parentRefs: [{ name: front, sectionName: https }]')}`,
        'base/patch.yaml': gateway('{ name: https, port: 443, protocol: HTTPS }'),
      },
    },
    'a Service of which the ports are not read': route(
      'parentRefs: [{ group: "", kind: Service, name: cart, port: 81 }]',
    ),
    'a Service in an unrelated folder, of which there are several': {
      files: {
        'x/a/service.yaml': yaml`
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
        'y/b/service.yaml': yaml`
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 9080 }] }
        `,
        'z/c/route.yaml': route('parentRefs: [{ group: "", kind: Service, name: cart, port: 81 }]'),
      },
    },
  },
});
