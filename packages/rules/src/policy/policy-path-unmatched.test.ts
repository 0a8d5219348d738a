import { testRule, yaml } from '@meshvet/core/testing';
import { policyPathUnmatched } from './policy-path-unmatched.ts';

const policy = (paths: string, mark = '', action = 'ALLOW', more = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: cart, namespace: shop${more} }
  spec: { action: ${action}, rules: [{ to: [{ operation: { ${paths} } }] }] } ${mark}
`;

testRule(policyPathUnmatched, {
  bad: {
    'a star between slashes': policy('paths: ["/carts/*/items"]', '#~ meant `"/carts/*/items"`'),
    'a star in the middle of a part has no template': policy('paths: ["/cart-*/items"]', '#~ unmatched'),
    'before 1.22 there are no templates': {
      yaml: policy('paths: ["/carts/*/items"]', '#~ unmatched'),
      settings: { istioVersion: '1.21' },
    },
    'stars at both ends': policy('paths: ["*/items/*"]', '#~ unmatched'),
    'two stars at the end are one star and one character': policy('paths: ["/cart/**"]', '#~ unmatched'),
    'a query, also behind a star': policy('paths: ["*?page=2"]', '#~ unmatched'),
    'a query that a star ends': policy('paths: ["/items?id=*"]', '#~ meant'),
    'a fragment': policy('paths: ["/items#top"]', '#~ meant'),
    'no slash in front': policy('paths: [healthz]', '#~ meant `healthz`'),
    'a whole address': policy('paths: ["https://shop.example.com/cart"]', '#~ unmatched'),
    'an expression that ends like a prefix': policy('paths: ["/api/.*"]', '#~ unmatched'),
    anchors: policy('paths: ["^/api$"]', '#~ unmatched'),
    'what is left out': policy('notPaths: ["/internal/*/x"]', '#~ meant'),
    'a DENY policy stops nobody by it': policy('paths: ["/admin/*/users"]', '#~ meant', 'DENY'),
  },
  good: {
    'one star at an end, or alone': policy('paths: ["/api/*", "*.html", "*", "/", "/v1*"]'),
    templates: policy('paths: ["/carts/{*}/items", "/static/{**}"]'),
    'a point is no expression': policy('paths: ["/.well-known/*", "/v1.2/items", "/file.*"]'),
    'characters that paths may have': policy(`paths: ["/a(b)", "/items;v=1", "/~me", "/a+b", "/$metadata"]`),
    'filled in later': policy('paths: ["${PREFIX}/*/x"]'),
    'a suffix has no slash in front': policy('paths: ["*healthz"]'),
  },
});
