import { testRule, yaml } from '@meshvet/core/testing';
import { routePortLevelDrops } from './route-port-level-drops.ts';

const service = (ports: string) => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec: { selector: { app: cart }, ports: [${ports}] }
`;
const rule = (above: string, levels: string, host = 'cart') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: cart, namespace: shop }
  spec:
    host: "${host}"
    trafficPolicy:
      ${above}
      portLevelSettings: [${levels}]
`;
const POOL = 'connectionPool: { tcp: { maxConnections: 10 } }';
const one = '{ name: http, port: 80 }';
const two = `${one}, { name: grpc, port: 9000 }`;

testRule(routePortLevelDrops, {
  bad: {
    'all ports of two': `${service(two)}---\n${rule(
      `${POOL} #~ nowhere`,
      '{ port: { number: 80 }, loadBalancer: { simple: RANDOM } }, { port: { number: 9000 }, loadBalancer: { simple: RANDOM } }',
    )}`,
    'mTLS that holds nowhere': `${service(one)}---\n${rule('tls: { mode: ISTIO_MUTUAL } #~ nowhere', `{ port: { number: 80 }, ${POOL} }`)}`,
    'one of two may be meant so': `${service(two)}---\n${rule(`${POOL} #~ ofPort`, '{ port: { number: 80 }, loadBalancer: { simple: RANDOM } }')}`,
    'ports that nobody has read': rule(
      `${POOL} #~ ofPort`,
      '{ port: { number: 80 }, loadBalancer: { simple: RANDOM } }',
      '*.shop.svc.cluster.local',
    ),
  },
  good: {
    'the port repeats it': `${service(one)}---\n${rule(POOL, `{ port: { number: 80 }, ${POOL} }`)}`,
    'nothing above': `${service(one)}---\n${rule('loadBalancer:', `{ port: { number: 80 }, ${POOL} }`)}`,
    'a port that is filled in later': `${service(one)}---\n${rule(POOL, '{ port: { number: "${PORT}" }, tls: { mode: SIMPLE } }')}`,
  },
});
