import { testRule } from '@meshvet/core/testing';
import { schemaDuration } from './schema-duration.ts';

const route = (fields: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart]
  http:
    - route: [{ destination: { host: cart } }]
${fields}
`;
const policy = (fields: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart, namespace: shop }
spec:
  host: cart
  trafficPolicy:
${fields}
`;

testRule(schemaDuration, {
  bad: {
    'half a millisecond more': route('      timeout: 1.5ms #~ refused `1.5ms`'),
    'preflight answers in half seconds': route('      corsPolicy: { maxAge: 0.5s } #~ refused'),
    'no unit, before the schema minded': {
      settings: { istioVersion: '1.22' },
      yaml: route('      timeout: "5" #~ refused `"5"`'),
    },
    'nothing at all, before the schema minded': {
      settings: { istioVersion: '1.22' },
      yaml: route('      retries: { attempts: 1, perTryTimeout: 0s } #~ refused'),
    },
    'a backoff without unit': {
      settings: { istioVersion: '1.25' },
      yaml: route('      retries: { attempts: 1, backoff: "1" } #~ refused'),
    },
    'a pause between pings, before the schema minded': policy(
      '    connectionPool: { http: { http2KeepAlive: { interval: 10, timeout: 20 sec } } } #~ refused `20 sec`',
    ),
    'no unit where the schema does not mind': policy('    connectionPool: { tcp: { idleTimeout: "60" } } #~ refused'),
    'the life of a cookie': policy(
      '    loadBalancer: { consistentHash: { httpCookie: { name: a, ttl: 1d } } } #~ refused',
    ),
    'an interval of one port': policy(
      '    portLevelSettings: [{ port: { number: 80 }, outlierDetection: { interval: 1.0005s } }] #~ refused',
    ),
    'a timeout of a token rule': {
      settings: { istioVersion: '1.22' },
      yaml: 'apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: { name: a }\nspec: { jwtRules: [{ issuer: a, timeout: 5 s }] } #~ refused\n',
    },
    'a pool of a Sidecar':
      'apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: a }\nspec: { inboundConnectionPool: { tcp: { connectTimeout: 100us50ms } } } #~ refused\n',
  },
  good: {
    'what the schema refuses since 1.23': route(
      '      timeout: "5"\n      retries: { attempts: 1, perTryTimeout: 0s }',
    ),
    'an idle timeout that is turned off': policy('    connectionPool: { tcp: { idleTimeout: 0s } }'),
    'a cookie of the session': policy('    loadBalancer: { consistentHash: { httpCookie: { name: a, ttl: 0s } } }'),
    'a placeholder': route('      timeout: ${TIMEOUT}'),
    'hours, minutes and fractions that are whole': route('      timeout: 1h2m3.25s'),
  },
});
