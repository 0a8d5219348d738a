import { testRule, yaml } from '@meshvet/core/testing';
import { policyMethodUnmatched } from './policy-method-unmatched.ts';

const policy = (rule: string, mark = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: cart, namespace: shop }
  spec: { rules: [{ ${rule} }] } ${mark}
`;
const methods = (list: string, mark = '') => policy(`to: [{ operation: { ${list} } }]`, mark);

testRule(policyMethodUnmatched, {
  bad: {
    'small letters': methods('methods: [post]', '#~ meant `post`'),
    'one small letter': methods('methods: [Get]', '#~ meant'),
    'a slip': methods('methods: [DELTE]', '#~ meant'),
    'a call of gRPC': methods('methods: ["/shop.Cart/Add"]', '#~ unmatched'),
    'all methods of a service of gRPC': methods('methods: ["/shop.Cart/*"]', '#~ unmatched'),
    'nothing like it': methods('methods: [FETCHALL]', '#~ unmatched'),
    'a prefix that no method has': methods('methods: ["X*"]', '#~ unmatched'),
    'methods in one text': methods('methods: ["GET,POST"]', '#~ unmatched'),
    spaces: methods('methods: [" GET"]', '#~ meant'),
    'what is left out': methods('notMethods: [delete]', '#~ meant'),
    'as a header under when': policy('when: [{ key: "request.headers[:method]", values: [get] }]', '#~ meant'),
  },
  good: {
    'all that are registered, and those that parsers know': methods(
      'methods: [GET, HEAD, MKCOL, QUERY, "M-SEARCH", PURGE]',
    ),
    patterns: methods('methods: ["*", "P*", "*T"]'),
    'another header': policy('when: [{ key: "request.headers[x-method]", values: [get] }]'),
    'filled in later': methods('methods: ["${METHOD}"]'),
  },
});
