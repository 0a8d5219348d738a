import { testRule } from '@meshvet/core/testing';
import { serviceHeadlessSticky } from './service-headless-sticky.ts';

const service = (ports = '{ name: tcp-db, port: 5432 }', more = 'clusterIP: None, ') => `apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { ${more}selector: { app: db }, ports: [${ports}] }
`;
const rule = (spec: string, host = 'db', namespace = 'shop') => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: db, namespace: ${namespace} }
spec:
  host: ${host}
  ${spec}
`;
const RANDOM = 'trafficPolicy: { loadBalancer: { simple: RANDOM } }';

testRule(serviceHeadlessSticky, {
  bad: {
    'one port of several': `${service('{ name: tcp-db, port: 5432 }, { name: http, port: 80 }')}---\n${rule('trafficPolicy: { portLevelSettings: [{ port: { number: 5432 }, loadBalancer: { simple: LEAST_REQUEST } }] } #~ policy')}`,
    'a subset, by the full name, from another namespace': `${service()}---\n${rule('subsets: [{ name: a, trafficPolicy: { loadBalancer: { simple: ROUND_ROBIN } } }] #~ policy', 'db.shop.svc.cluster.local', 'istio-system')}`,
  },
  good: {
    'no affinity': service(undefined, 'clusterIP: None, sessionAffinity: None, '),
    'a Service with an address': service(undefined, 'sessionAffinity: ClientIP, '),
    'HTTP beside TCP': `${service('{ name: tcp-db, port: 5432 }, { name: http, port: 80 }')}---\n${rule(RANDOM)}`,
    'a port that is found out': `${service('{ port: 5432 }')}---\n${rule(RANDOM)}`,
    'what happens anyway': `${service()}---\n${rule('trafficPolicy: { loadBalancer: { simple: PASSTHROUGH } }')}`,
    'another host': `${service()}---\n${rule(RANDOM, 'web')}`,
    'a host of another namespace': `${service()}---\n${rule(RANDOM, 'db', 'other')}`,
    'pods outside the mesh': `${service(undefined, 'clusterIP: None, sessionAffinity: ClientIP, ')}---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
`,
    'input of the wrong shape is left alone': `${service()}---\n${rule('trafficPolicy: { loadBalancer: [a], portLevelSettings: [5, { port: 1 }] }\n  subsets: [null, { trafficPolicy: text }]')}`,
  },
});
