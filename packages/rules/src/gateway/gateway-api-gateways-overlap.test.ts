import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiGatewaysOverlap } from './gateway-api-gateways-overlap.ts';

const gateway = (listeners: string, name = 'front', namespace = 'shop', extra = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { gatewayClassName: istio, listeners: [${listeners}]${extra} }
`;
const at = (hostname: string) => `{ name: http, port: 80, protocol: HTTP, hostname: "${hostname}" }`;

testRule(gatewayApiGatewaysOverlap, {
  good: {
    'wildcards, for which each Gateway has names of its own': `${gateway(at('*.example.com'), 'a')}---\n${gateway(at('*.example.com'), 'b')}`,
    'two environments in two files': {
      files: {
        'test/gateway.yaml': gateway(at('a.example.com'), 'a'),
        'live/gateway.yaml': gateway(at('a.example.com'), 'b'),
      },
    },
    'variants of one Gateway': {
      files: { 'test/gateway.yaml': gateway(at('a.example.com')), 'live/gateway.yaml': gateway(at('a.example.com')) },
      settings: { closedWorld: true },
    },
    'another class': `${gateway(at('a.example.com'), 'a')}---\n${yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: { name: b, namespace: shop }
      spec: { gatewayClassName: nginx, listeners: [${at('a.example.com')}] }
    `}`,
    'another port': `${gateway(at('a.example.com'), 'a')}---\n${gateway('{ name: x, port: 81, protocol: HTTP, hostname: a.example.com }', 'b')}`,
  },
});
