import { testRule } from '@meshvet/core/testing';
import { schemaJwtRule } from './schema-jwt-rule.ts';

const authentication = (rule: string) => `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: a }
spec:
  jwtRules:
    - ${rule}
`;
const at = (istioVersion: string, yaml: string) => ({ settings: { istioVersion }, yaml });

testRule(schemaJwtRule, {
  bad: {
    'neither issuer nor keys': authentication('audiences: [a] #~ refused'),
    'no issuer, when every rule had one': at('1.18', authentication('jwksUri: https://a #~ refused')),
    'an empty issuer, before the schema minded': at('1.22', authentication('issuer: "" #~ refused')),
    'a port that there is not': authentication('{ issuer: a, jwksUri: "https://a:70000/b" } #~ refused'),
    'a URI without scheme, before the schema minded': at(
      '1.22',
      authentication('{ issuer: a, jwksUri: a/b } #~ refused'),
    ),
    'empty names, before the schema minded': at(
      '1.22',
      authentication(
        '{ issuer: a, audiences: [""], fromParams: [""], fromCookies: [""], fromHeaders: [{ name: "" }], outputClaimToHeaders: [{ claim: a }, { claim: a, header: "b c" }] } #~ refused #~ refused #~ refused #~ refused #~ refused #~ refused',
      ),
    ),
    'a header without name, before the schema asked for one': at(
      '1.18',
      authentication('{ issuer: a, fromHeaders: [{ prefix: b }] } #~ refused'),
    ),
    'keys that are none': `${authentication("{ issuer: a, jwks: 'keys' } #~ refused")}---${authentication("{ issuer: a, jwks: '[]' } #~ refused")}---${authentication(`{ issuer: a, jwks: '{"keys": [{}]}' } #~ refused`)}`,
    'a private key': authentication(
      `{ issuer: a, jwks: '{"keys": [{"kty": "RSA", "kid": "b", "d": "c"}]}' } #~ doubted`,
    ),
  },
  good: {
    'an address that the reader of a page fills in': at('1.22', authentication('{ issuer: a, jwksUri: JWKS_URI }')),
    'keys without issuer': authentication('jwksUri: https://a:8443/b'),
    'an address of version 6': authentication('{ issuer: a, jwksUri: "https://[::1]/b" }'),
    'what the schema refuses': authentication('{ issuer: "", jwksUri: a/b, audiences: [""] }'),
    'keys that are filled in later': authentication('{ issuer: a, jwks: "${JWKS}" }'),
    'a single key': authentication(`{ issuer: a, jwks: '{"kty": "EC"}' }`),
  },
});
