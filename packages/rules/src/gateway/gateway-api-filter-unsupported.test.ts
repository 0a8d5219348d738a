import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiFilterUnsupported } from './gateway-api-filter-unsupported.ts';

const route = (rule: string, kind = 'HTTPRoute', className = 'istio', head = '') => yaml`
  ${head}
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec: { gatewayClassName: ${className}, listeners: [{ name: http, port: 80, protocol: HTTP }] }
  ---
  apiVersion: gateway.networking.k8s.io/v1
  kind: ${kind}
  metadata: { name: cart, namespace: shop }
  spec:
    parentRefs: [{ name: front }]
    rules:
      - ${rule}
`;
const cors = '{ filters: [{ type: CORS, cors: {} }], backendRefs: [{ name: cart, port: 80 }] }';
const extension = '{ filters: [{ type: ExtensionRef, extensionRef: { group: a.example.com, kind: A, name: a } }] }';
const gatewayClass = (name: string, controller: string) =>
  `apiVersion: gateway.networking.k8s.io/v1\n  kind: GatewayClass\n  metadata: { name: ${name} }\n  spec: { controllerName: ${controller} }\n  ---`;

testRule(gatewayApiFilterUnsupported, {
  bad: {
    'authorisation by somebody else': route('{ filters: [{ type: ExternalAuth, externalAuth: {} }] } #~ rule'),
    'a GRPCRoute': route(`${extension} #~ rule`, 'GRPCRoute'),
    'a mirror at a backend': route(
      '{ backendRefs: [{ name: cart, port: 80, filters: [{ type: RequestMirror, requestMirror: {} }] }] } #~ backend',
    ),
    'CORS before 1.26': { settings: { istioVersion: '1.25' }, yaml: route(`${cors} #~ version`) },
    'a class of another name with the controller of Istio': route(
      `${extension} #~ rule`,
      'HTTPRoute',
      'front',
      gatewayClass('front', 'istio.io/gateway-controller'),
    ),
  },
  good: {
    CORS: route(cors),
    'at a backend that gets nothing': route(
      '{ backendRefs: [{ name: cart, port: 80, weight: 0, filters: [{ type: URLRewrite, urlRewrite: {} }] }] }',
    ),
    'another controller': route(extension, 'HTTPRoute', 'kgateway'),
    'a class that is called istio, and is of another': route(
      extension,
      'HTTPRoute',
      'istio',
      gatewayClass('istio', 'example.com/controller'),
    ),
    'a type that nobody knows': route('{ filters: [{ type: Magic }] }'),
    'filled in later': route('{ filters: [{ type: "${TYPE}" }] }'),
  },
});
