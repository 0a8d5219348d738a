import { testRule, yaml } from '@meshvet/core/testing';
import { policyJwksUnrestricted } from './policy-jwks-unrestricted.ts';

const istiod = (container = '', mark = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: istiod, namespace: istio-system, labels: { app: istiod } }
  spec:
    selector: { matchLabels: { app: istiod } }
    template:
      metadata: { labels: { app: istiod } }
      spec: { containers: [{ name: discovery, image: istio/pilot${container} }] } ${mark}
`;
const jwt = (rule: string) => yaml`
  apiVersion: security.istio.io/v1
  kind: RequestAuthentication
  metadata: { name: jwt, namespace: shop }
  spec: { jwtRules: [{ ${rule} }] }
`;
const both = (one: string, other: string) => `${one}---\n${other}`;
const uri = jwt('issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys"');
const env = (value: string) => `, env: [{ name: BLOCKED_CIDRS_IN_JWKS_URIS, ${value} }]`;

testRule(policyJwksUnrestricted, {
  bad: {
    'the address is asked of the issuer': both(istiod('', '#~ unrestricted'), jwt('issuer: "https://id.example.com"')),
    'an empty list': both(istiod(env('value: ""'), '#~ unrestricted'), uri),
  },
  good: {
    'the keys stand in the policy, and istioctl warns all the same': both(
      istiod(),
      jwt('issuer: "https://id.example.com", jwks: "{}"'),
    ),
    'no RequestAuthentication was read': istiod(),
    'from a ConfigMap, which istioctl does not count': both(
      istiod(env('valueFrom: { configMapKeyRef: { name: blocked, key: cidrs } }')),
      uri,
    ),
    'all the environment from a ConfigMap': both(istiod(', envFrom: [{ configMapRef: { name: istiod } }]'), uri),
    'a value that is filled in later': both(istiod(env('value: "${BLOCKED}"')), uri),
    'before 1.28 there is no such setting': { yaml: both(istiod(), uri), settings: { istioVersion: '1.27' } },
    'another repository': {
      files: { 'control/plane/istiod.yaml': istiod(), 'apps/shop/jwt/policy.yaml': uri },
    },
  },
});
