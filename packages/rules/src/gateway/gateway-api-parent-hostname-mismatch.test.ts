import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiParentHostnameMismatch } from './gateway-api-parent-hostname-mismatch.ts';

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
const at = (hostname: string, more = '') => `{ name: http, port: 80, protocol: HTTP, hostname: "${hostname}" ${more} }`;

testRule(gatewayApiParentHostnameMismatch, {
  bad: {
    'several hostnames': `${gateway(`${at('a.example.com')}, { name: b, port: 81, protocol: HTTP, hostname: b.example.com }`)}---\n${route(
      'parentRefs: [{ name: front }]\n    hostnames: [c.example.com, "*.example.org"] #~ mismatch `hostnames`',
    )}`,
    'the listener that has it does not take the namespace': `${gateway(
      `${at('a.example.com')}, { name: b, port: 81, protocol: HTTP, hostname: b.example.com, allowedRoutes: { namespaces: { from: All } } }`,
      'front',
      'edge',
    )}---\n${route('parentRefs: [{ name: front, namespace: edge }]\n    hostnames: [a.example.com] #~ mismatch')}`,
    'a TLSRoute': `${gateway('{ name: tls, port: 443, protocol: TLS, hostname: "*.example.com" }')}---\n${route(
      'parentRefs: [{ name: front }]\n    hostnames: [www.example.org] #~ mismatch',
      'TLSRoute',
    )}`,
  },
  good: {
    'no hostname on either side': `${gateway(at('a.example.com'))}---\n${gateway('{ name: http, port: 80, protocol: HTTP }', 'back')}---\n${route(
      'parentRefs: [{ name: front }]',
    )}---\n${route('parentRefs: [{ name: back }]\n    hostnames: [b.example.com]', 'GRPCRoute')}`,
    'wildcards, and small letters': `${gateway(at('*.Example.com'))}---\n${route(
      'parentRefs: [{ name: front }]\n    hostnames: [a.b.example.com]',
    )}---\n${route('parentRefs: [{ name: front }]\n    hostnames: ["*.example.com"]', 'GRPCRoute')}`,
    'placeholders on either side': `${gateway(at('${HOST}'))}---\n${route('parentRefs: [{ name: front }]\n    hostnames: [a.example.com]')}---\n${gateway(
      at('a.example.com'),
      'back',
    )}---\n${route('parentRefs: [{ name: back }]\n    hostnames: ["${HOST}"]', 'GRPCRoute')}`,
    'another environment has another hostname': {
      files: {
        'overlays/test/gateway.yaml': gateway(at('test.example.com')),
        'overlays/live/gateway.yaml': gateway(at('www.example.com')),
        'overlays/live/route.yaml': route('parentRefs: [{ name: front }]\n    hostnames: [www.example.com]'),
      },
    },
  },
});
