import { testRule } from '@meshvet/core/testing';
import { schemaTrafficPolicy } from './schema-traffic-policy.ts';

const policy = (fields: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart, namespace: shop }
spec:
  host: cart
  trafficPolicy:
    ${fields}
`;

testRule(schemaTrafficPolicy, {
  bad: {
    'nothing at all': policy('{} #~ refused').replace('trafficPolicy:\n    {}', 'trafficPolicy: {}'),
    'a subset with nothing':
      'apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: a }\nspec: { host: a, subsets: [{ name: b, trafficPolicy: {} }] } #~ refused `trafficPolicy`\n',
    'a port without settings': policy('portLevelSettings: [{ port: { number: 80 } }] #~ refused `port`'),
    'a tunnel and the PROXY protocol': policy(
      '{ tunnel: { targetHost: a, targetPort: 80 }, proxyProtocol: { version: V1 } } #~ refused `proxyProtocol`',
    ),
    'a tunnel by GET': policy('tunnel: { protocol: GET, targetHost: a, targetPort: 80 } #~ refused `GET`'),
    'failures that are not told apart': policy('outlierDetection: { consecutiveLocalOriginFailures: 5 } #~ refused'),
    'an upgrade and the protocol of the client': policy(
      'connectionPool: { http: { h2UpgradePolicy: UPGRADE, useClientProtocol: true } } #~ refused `useClientProtocol`',
    ),
    'pings without pause': policy(
      'connectionPool: { http: { http2KeepAlive: { timeout: 5s } } } #~ refused `http2KeepAlive`',
    ),
    'an empty pool of a Sidecar':
      'apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: a }\nspec: { inboundConnectionPool: {} } #~ refused\n',
  },
  good: {
    'a misspelt block alone, which schema-unknown-field tells': policy('circuitBreaker: { consecutiveErrors: 5 }'),
    'failures that are told apart': policy(
      'outlierDetection: { consecutiveLocalOriginFailures: 5, splitExternalLocalOriginErrors: true }',
    ),
    'a retry budget alone': policy('retryBudget: { percent: 20 }'),
    'a policy that is filled in later': policy('"${POLICY}"'),
  },
});
