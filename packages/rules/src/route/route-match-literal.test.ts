import { testRule, yaml } from '@meshvet/core/testing';
import { routeMatchLiteral } from './route-match-literal.ts';

const match = (text: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: till, namespace: mart }
  spec:
    hosts: [till]
    http:
      - match:
          - ${text} ${mark}
        route: [{ destination: { host: till } }]
`;

testRule(routeMatchLiteral, {
  bad: {
    'a star at the end of an exact path': match('uri: { exact: "/pay/*" }', '#~ star `"/pay/*"`'),
    'a star in the middle': match('uri: { prefix: "/shops/*/tills" }', '#~ star'),
    'an expression under prefix': match('uri: { prefix: "/pay/.*" }', '#~ pattern'),
    'an anchored expression under exact': match('uri: { exact: "^/pay" }', '#~ pattern'),
    'alternatives under exact': match('uri: { exact: "/(pay|refund)" }', '#~ pattern'),
    'a template of a path': match('uri: { prefix: "/shops/:shop/tills" }', '#~ pattern'),
    'the method of gRPC without its slash': match('uri: { prefix: mart.Till/ }', '#~ noSlash `mart.Till/`'),
    'the whole address under uri': match('uri: { prefix: "https://mart.example.com/pay" }', '#~ noSlash'),
    'an expression that begins with a letter': match('uri: { regex: "pay/.*" }', '#~ noSlash'),
    'an anchor and a letter': match('uri: { regex: "^pay.*" }', '#~ noSlash'),
    'a glob under regex': match('uri: { regex: "/pay/*" }', '#~ glob'),
    'a query in an expression': match('uri: { regex: "/pay\\\\?id=.*" }', '#~ query'),
    'a fragment': match('uri: { exact: "/pay#top" }', '#~ query'),
    'an expression that means one path': match('uri: { regex: "^/pay/" }', '#~ whole'),
    'a method in small letters': match('method: { exact: get }', '#~ method `get`'),
    'two methods at once': match('method: { exact: GET|POST }', '#~ pattern'),
    'a wildcard host as authority': match('authority: { exact: "*.example.com" }', '#~ star'),
    'an authority with its scheme': match('authority: { prefix: "https://mart.example.com" }', '#~ address'),
    'a star for any value of a header': match('headers: { x-user: { exact: "*" } }', '#~ star'),
    'an expression as value of a header': match('headers: { user-agent: { exact: ".*Firefox.*" } }', '#~ pattern'),
    'an expression as value of a parameter': match('queryParams: { user: { exact: "^a.*$" } }', '#~ pattern'),
  },
  good: {
    'a regular expression': match('uri: { regex: "/pay/.*" }'),
    'an escaped slash': match('uri: { regex: "\\\\/pay.*" }'),
    'any first letter, which may be the slash': match('uri: { regex: ".*/pay" }'),
    'alternatives of which one begins with a slash': match('uri: { regex: "a|/pay" }'),
    'a class that is repeated': match('uri: { regex: "/shops/[^/]*" }'),
    'a dot and a plus are letters of paths': match('uri: { exact: "/v1.0/a+b" }'),
    'a verb behind a colon, as Google writes it': match('uri: { prefix: "/v1/tills/7:close" }'),
    'a matrix parameter in parentheses': match('uri: { exact: "/odata/Tills(\'7\')" }'),
    'every path': match('uri: { prefix: / }'),
    'a placeholder': match('uri: { prefix: "${PREFIX}/*" }'),
    'any value of a header, as Istio reads it': match('headers: { x-user: { regex: "*" } }'),
    'a star that values have': match('headers: { accept: { exact: "*/*" } }'),
    'a method of its own making': match('method: { exact: PURGE }'),
    'any port of an authority': match('authority: { regex: "mart[.]example[.]com(:[0-9]+)?" }'),
    'one path, written as an expression on purpose': match('uri: { regex: "^/pay$" }'),
  },
});
