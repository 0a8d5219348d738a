import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiListenerDuplicate } from './gateway-api-listener-duplicate.ts';

const gateway = (listeners: string, name = 'front', namespace = 'shop', extra = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { gatewayClassName: istio, listeners: [${listeners}]${extra} }
`;

testRule(gatewayApiListenerDuplicate, {
  bad: {
    'both lack a hostname':
      `${gateway('{ name: a, port: 80, protocol: HTTP }, { name: b, port: 80, protocol: HTTP }')}`.replace(
        /(spec: .*)/,
        '$1 #~ same #~ same',
      ),
  },
  good: {
    'a hostname on one of them, another protocol, another port': gateway(
      '{ name: a, port: 80, protocol: HTTP, hostname: a.example.com }, { name: b, port: 80, protocol: HTTP }, { name: c, port: 80, protocol: UDP }, { name: d, port: 81, protocol: HTTP }',
    ),
    placeholders: gateway('{ name: "${A}", port: 80, protocol: HTTP }, { name: "${A}", port: 80, protocol: HTTP }'),
    'hostnames that are filled in later': gateway(
      '{ name: a, port: 80, protocol: HTTP, hostname: "${A}" }, { name: b, port: 80, protocol: HTTP, hostname: "${B}" }',
    ),
  },
});
