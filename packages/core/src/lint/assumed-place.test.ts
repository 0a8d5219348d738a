import { expect, test } from 'vitest';
import { explainTraffic } from './explain-traffic.ts';

const GATEWAY = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: front
  namespace: shop
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
`;

test('a gateway whose manifest was not read is told at its Gateway, since no file has it', async () => {
  const request = {
    id: '1',
    from: 'shop/front',
    gateway: true,
    host: 'shop.example.com',
    port: 80,
    protocol: 'http',
    method: 'GET',
    path: '/',
    headers: new Map(),
    tls: false,
    sni: 'shop.example.com',
  } as const;
  const { traces } = await explainTraffic(
    [{ path: 'k8s/front.yaml', text: GATEWAY }],
    { rules: [] },
    { requests: [request] },
  );
  expect(traces.map((trace) => trace.request.from)).toMatchObject([
    {
      resource: { kind: 'Deployment', namespace: 'istio-system', name: 'front' },
      location: { file: 'k8s/front.yaml', start: { line: 4 } },
    },
  ]);
  expect(JSON.stringify(traces)).not.toContain('assumed gateway');
});
