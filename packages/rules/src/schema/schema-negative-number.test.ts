import { testRule } from '@meshvet/core/testing';
import { schemaNegativeNumber } from './schema-negative-number.ts';

const proxyConfig = (mark: string) =>
  `apiVersion: networking.istio.io/v1beta1\nkind: ProxyConfig\nmetadata: { name: a }\nspec: { concurrency: -1 }${mark}\n`;
const group = (mark: string) =>
  `apiVersion: networking.istio.io/v1\nkind: WorkloadGroup\nmetadata: { name: a }\nspec: { template: {}, probe: { timeoutSeconds: -5, tcpSocket: { port: 80 } } }${mark}\n`;

testRule(schemaNegativeNumber, {
  bad: {
    'weights and attempts': `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart }
spec:
  hosts: [cart]
  http:
    - retries: { attempts: -1 } #~ refused
      route: [{ destination: { host: a }, weight: -10 }, { destination: { host: b }, weight: 110 }] #~ refused \`-10\`
`.replaceAll('\\`', '`'),
    'a pool of a Sidecar':
      'apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: a }\nspec: { inboundConnectionPool: { http: { maxRetries: -1 } } } #~ refused\n',
    'threads, before the schema minded': { settings: { istioVersion: '1.22' }, yaml: proxyConfig(' #~ refused') },
    'probes, before the schema minded': { settings: { istioVersion: '1.23' }, yaml: group(' #~ refused') },
  },
  good: {
    'threads that the schema bounds': { settings: { istioVersion: '1.23' }, yaml: proxyConfig('') },
    'probes that the schema bounds': { settings: { istioVersion: '1.24' }, yaml: group('') },
  },
});
