import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiParentRefusesRoute } from './gateway-api-parent-refuses-route.ts';

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
const listener = (allowed: string, protocol = 'HTTP') =>
  `{ name: http, port: 80, protocol: ${protocol}, allowedRoutes: { ${allowed} } }`;
const namespace = (labels: string) => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { ${labels} } }
`;
const edge = (allowed: string) => gateway(listener(allowed), 'front', 'edge');
const toEdge = (mark = '') => route(`parentRefs: [{ name: front, namespace: edge }] ${mark}`);
const selector = 'namespaces: { from: Selector, selector: { matchLabels: { public: "true" } } }';

testRule(gatewayApiParentRefusesRoute, {
  bad: {
    'the label of the Namespace is another': `${namespace('public: "false"')}---\n${edge(selector)}---\n${toEdge('#~ namespace')}`,
    'the name of the Namespace needs no manifest': `${edge(
      'namespaces: { from: Selector, selector: { matchExpressions: [{ key: kubernetes.io/metadata.name, operator: In, values: [web] }] } }',
    )}---\n${toEdge('#~ namespace')}`,
    'Same, written out': `${edge('namespaces: { from: Same }')}---\n${toEdge('#~ namespace')}`,
    'kinds that leave this one out': `${gateway(listener('kinds: [{ kind: HTTPRoute }]'))}---\n${route(
      'parentRefs: [{ name: front }] #~ kind',
      'GRPCRoute',
    )}`,
    'kinds that the protocol does not have': `${gateway(listener('kinds: [{ kind: TCPRoute }]'))}---\n${route(
      'parentRefs: [{ name: front }] #~ kind',
    )}`,
    'a TCPRoute on HTTP': `${gateway(listener(''))}---\n${route('parentRefs: [{ name: front }] #~ kind', 'TCPRoute')}`,
    'the section that is named, though another listener would take it': `${gateway(
      `${listener('')}, { name: all, port: 8080, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }`,
      'front',
      'edge',
    )}---\n${route('parentRefs: [{ name: front, namespace: edge, sectionName: http }] #~ namespace')}`,
  },
  good: {
    'All, and the label of the Namespace': `${namespace('public: "true"')}---\n${edge(selector)}---\n${gateway(
      listener('namespaces: { from: All }'),
      'back',
      'edge',
    )}---\n${route('parentRefs: [{ name: front, namespace: edge }, { name: back, namespace: edge }]')}`,
    'the Namespace was not read': `${edge(selector)}---\n${toEdge()}`,
    'one manifest of the Namespace has the label': {
      files: {
        'a/namespace.yaml': namespace('public: "true"'),
        'b/namespace.yaml': namespace('team: shop'),
        'c/all.yaml': `${edge(selector)}---\n${toEdge()}`,
      },
    },
    'the name of the Namespace': `${edge(
      'namespaces: { from: Selector, selector: { matchLabels: { kubernetes.io/metadata.name: shop } } }',
    )}---\n${toEdge()}`,
    'nobody knows where the route goes': `${edge('')}---\n${yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: { name: cart }
      spec: { parentRefs: [{ name: front, namespace: edge }] }
    `}`,
    'TLS takes TLSRoute, and TCPRoute for what it ends': `${gateway(listener('', 'TLS'))}---\n${route(
      'parentRefs: [{ name: front }]',
      'TLSRoute',
    )}---\n${route('parentRefs: [{ name: front }]', 'TCPRoute')}`,
    'HTTPS takes GRPCRoute': `${gateway(listener('', 'HTTPS'))}---\n${route('parentRefs: [{ name: front }]', 'GRPCRoute')}`,
    'a protocol of one controller, and a kind of one': `${gateway(
      `${listener('', 'example.com/x')}, { name: b, port: 81, protocol: HTTP, allowedRoutes: { kinds: [{ group: example.com, kind: HTTPRoute }] } }`,
    )}---\n${route('parentRefs: [{ name: front }]', 'TCPRoute')}`,
    'a placeholder in from': `${edge('namespaces: { from: "${FROM}" }')}---\n${toEdge()}`,
  },
});
