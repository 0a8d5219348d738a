import { testRule } from '@meshvet/core/testing';
import { ambientPolicyHttpOnTcp } from './ambient-policy-http-on-tcp.ts';

const policy = (
  rules: string,
  { ports = '[{ name: mysql, port: 3306 }]', labels = 'istio.io/use-waypoint: shop', more = '' } = {},
) => `
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop, labels: { ${labels} } }
spec: { selector: { app: db }, ports: ${ports} }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: db, namespace: shop }
spec:
  ${more}
  targetRefs: [{ group: "", kind: Service, name: db }]
  rules:
    ${rules}
`;
const methods = (mark = '') => `- to:
        - operation:
            methods: [GET] ${mark}`;
const BOTH = '[{ name: mysql, port: 3306 }, { name: http, port: 80 }]';

testRule(ambientPolicyHttpOnTcp, {
  bad: {
    'a method of a database': policy(methods('#~ rule `methods`')),
    'a path at the one port that is plain': policy(
      `- to:
        - operation:
            ports: ["3306"]
            paths: [/x] #~ rule`,
      { ports: BOTH },
    ),
    'a condition on a request': policy(`- when:
        - key: request.headers[x-user] #~ rule
          values: [a]`),
  },
  good: {
    'a port of HTTP': policy(methods(), { ports: '[{ name: http, port: 80 }]' }),
    'one of two ports': policy(methods(), { ports: BOTH }),
    'a port that says nothing is sniffed': policy(methods(), { ports: '[{ name: db, port: 5555 }]' }),
    'a Service without a waypoint': policy(methods(), { labels: 'a: b' }),
    'a rule that denies takes what is left of it': policy(methods(), { more: 'action: DENY' }),
    'principals alone': policy('- from: [{ source: { principals: [a] } }]'),
  },
});
