import { testRule } from '@meshvet/core/testing';
import { portOutboundListenerConflict } from './port-outbound-listener-conflict.ts';

const entry = (port: string, more = '', namespace = 'shop') => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: db, namespace: ${namespace} }
spec:
  hosts: [db.example.com]
${more}  ports: [${port}]
`;
const service = (name: string, port: string, more = '') => `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { ${more}selector: { app: ${name} }, ports: [${port}] }
`;
const MYSQL = '{ number: 3306, name: mysql, protocol: MySQL }';
const WEB = service('web', '{ name: http, port: 3306 }');
const MARKED = (text: string, mark: string) => text.replace(/\]( \}?)?\n$/, (end) => `${end.trimEnd()} #~ ${mark}\n`);

testRule(portOutboundListenerConflict, {
  bad: {
    'the HTTP port of another ServiceEntry': `${MARKED(entry(MYSQL), 'neverShared')}---\n${entry('{ number: 3306, name: grpc, protocol: GRPC }', '', 'shop').replace('name: db', 'name: api')}`,
    'a headless Service of MongoDB, with 1.3': {
      yaml: `${MARKED(service('db', '{ name: mongo, port: 3306 }', 'clusterIP: None, '), 'neverShared')}---\n${WEB}`,
      settings: { istioVersion: '1.3' },
    },
    'a headless Service of anything, until 1.2': {
      yaml: `${MARKED(service('db', '{ name: db, port: 3306 }', 'clusterIP: None, '), 'notMerged')}---\n${WEB}`,
      settings: { istioVersion: '1.2' },
    },
    'two namespaces in a closed world': {
      files: { 'a/e.yaml': MARKED(entry(MYSQL, '', 'data'), 'neverShared'), 'b/s.yaml': WEB },
      settings: { closedWorld: true },
    },
  },
  good: {
    'a headless Service has a listener for each pod since 1.4': {
      yaml: `${service('db', '{ name: mongo, port: 3306 }', 'clusterIP: None, ')}---\n${WEB}`,
      settings: { istioVersion: '1.4' },
    },
    'since 1.3 plain TCP and HTTP are merged': {
      yaml: `${service('db', '{ name: tcp-db, port: 3306 }', 'clusterIP: None, ')}---\n${WEB}`,
      settings: { istioVersion: '1.3' },
    },
    'a Service with an address': `${service('db', '{ name: mysql, port: 3306 }')}---\n${WEB}`,
    'TCP of which nothing says that the server speaks first': `${entry('{ number: 5432, name: tcp, protocol: TCP }')}---\n${service('web', '{ name: http, port: 5432 }')}`,
    'a headless TCP Service has a listener for each pod': `${service('db', '{ name: tcp-mysql, port: 3306 }', 'clusterIP: None, ')}---\n${WEB}`,
    'another number': `${entry(MYSQL)}---\n${service('web', '{ name: http, port: 80 }')}`,
    'the same number, found out from the first bytes': `${entry(MYSQL)}---\n${service('web', '{ name: web, port: 3307 }')}`,
    'it is shown to its own namespace only': `${entry(MYSQL, '  exportTo: [.]\n')}---\n${WEB}`,
    'DNS proxying gives each host an address': `${entry(MYSQL)}---\n${WEB}---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: 'true' } }" }
`,
    'other namespaces, in files of their own': { files: { 'a/e.yaml': entry(MYSQL, '', 'data'), 'b/s.yaml': WEB } },
    'input of the wrong shape is left alone': `${entry('{ number: [3306], protocol: MYSQL }, 5, { number: 3306, protocol: [MYSQL] }')}---\n${WEB}`,
  },
});
