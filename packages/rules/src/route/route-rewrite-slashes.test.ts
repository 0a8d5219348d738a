import { testRule, yaml } from '@meshvet/core/testing';
import { routeRewriteSlashes } from './route-rewrite-slashes.ts';

const rule = (match: string, rewrite: string, mark = '', hosts = 'hosts: [till]') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: till, namespace: mart }
  spec:
    ${hosts}
    http:
      - ${match}
        rewrite: ${rewrite} ${mark}
        route: [{ destination: { host: till } }]
`;
const prefix = (text: string) => `match: [{ uri: { prefix: "${text}" } }]`;

testRule(routeRewriteSlashes, {
  bad: {
    'two slashes': rule(prefix('/till'), '{ uri: "/pay/" }', '#~ doubled'),
    'no slash between': rule(prefix('/till/'), '{ uri: /pay }', '#~ joined `/pay`'),
    'every path, by prefix /': rule(prefix('/'), '{ uri: /pay }', '#~ joined'),
    'a match without a path': rule('match: [{ headers: { beta: { exact: "1" } } }]', '{ uri: /pay }', '#~ joined'),
    'the path below is taken by the shorter prefix, which stands first': rule(
      'match: [{ uri: { prefix: /till } }, { uri: { prefix: /till/ } }]',
      '{ uri: / }',
      '#~ doubled',
    ),
    'an expression loses all of its path': rule('match: [{ uri: { regex: "/till/.*" } }]', '{ uri: /pay }', '#~ whole'),
    'no slash at the beginning': rule(prefix('/till'), '{ uri: pay }', '#~ relative'),
    'a group in plain text': rule('match: [{ uri: { regex: "/till/(.*)" } }]', "{ uri: '/\\\\1' }", '#~ capture'),
    'a group as others write it': rule(
      prefix('/till'),
      '{ uriRegexRewrite: { match: "^/till/(.*)$", rewrite: "/pay/$1" } }',
      '#~ dollar',
    ),
    'the prefix of a redirect': yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: till, namespace: mart }
      spec:
        hosts: [till]
        http:
          - match: [{ uri: { prefix: /till/ } }]
            redirect: { prefixRewrite: /pay } #~ joined
    `,
  },
  good: {
    'the bare path behind the one with a slash': rule(
      'match: [{ uri: { prefix: /till/ } }, { uri: { prefix: /till } }]',
      '{ uri: / }',
    ),
    'neither ends with a slash': rule(prefix('/till'), '{ uri: /pay }'),
    'both do': rule(prefix('/till/'), '{ uri: /pay/ }'),
    'everything to everything': rule(prefix('/'), '{ uri: / }'),
    'one path': rule('match: [{ uri: { exact: /till } }]', '{ uri: / }'),
    'an expression without any freedom': rule('match: [{ uri: { regex: /till } }]', '{ uri: /pay }'),
    'groups where they belong': rule(
      prefix('/till'),
      '{ uriRegexRewrite: { match: "^/till/(.*)$", rewrite: \'/pay/\\1\' } }',
    ),
    'a blank, as some write for nothing': rule(prefix('/till'), '{ uri: " " }'),
    'the authority alone': rule(prefix('/till/'), '{ authority: pay.example.com }'),
    'a placeholder': rule(prefix('${PREFIX}/'), '{ uri: /pay }'),
    'a delegate has the match of its root as well': rule('name: all', '{ uri: /pay }', '', 'exportTo: ["*"]'),
  },
});
