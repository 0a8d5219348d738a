import { testRule, yaml } from '@meshvet/core/testing';
import { routeRuleUnreachable } from './route-rule-unreachable.ts';

const rules = (kind: string, ...list: readonly string[]) => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: cart, namespace: shop }
  spec:
    hosts: [cart]
    ${kind}:
${list.map((rule) => `      - ${rule}`).join('\n')}
`;
const TO = 'route: [{ destination: { host: cart } }]';

testRule(routeRuleUnreachable, {
  bad: {
    'two rules without a match': rules('http', `{ ${TO} }`, `{ ${TO} } #~ secondAll`),
    'two rules of tcp without a match': rules('tcp', `{ ${TO} }`, `{ match: [], ${TO} } #~ secondAll`),
    'the path / takes everything, also from a rule without a match': rules(
      'http',
      `{ match: [{ uri: { prefix: / } }], ${TO} }`,
      `{ name: rest, ${TO} } #~ afterAll \`rest\``,
    ),
    'the same match, in another order': rules(
      'http',
      `{ match: [{ port: 80, uri: { prefix: /a } }], ${TO} }`,
      `{ match: [{ uri: { prefix: /a }, port: 80 }], ${TO} } #~ taken`,
    ),
    'every match is taken, by different rules': rules(
      'http',
      `{ match: [{ uri: { prefix: /a } }], ${TO} }`,
      `{ match: [{ uri: { prefix: /b } }], ${TO} }`,
      `{ match: [{ uri: { prefix: /a/x } }, { uri: { exact: /b } }], ${TO} } #~ narrower \`/a/x\``,
    ),
    'names of TLS that are the same': rules(
      'tls',
      `{ match: [{ port: 443, sniHosts: [a.example.com] }], ${TO} }`,
      `{ match: [{ port: 443, sniHosts: [a.example.com] }], ${TO} } #~ taken \`a.example.com\``,
    ),
    'a delegate has an order of its own': `${rules(
      'http',
      `{ match: [{ uri: { prefix: /a } }], ${TO} }`,
      `{ match: [{ uri: { prefix: /a/b } }], ${TO} } #~ narrower`,
    ).replace('    hosts: [cart]\n', '')}`,
  },
  good: {
    'delegates give back what they do not take': rules(
      'http',
      '{ match: [{ uri: { prefix: /a } }], delegate: { name: one } }',
      '{ match: [{ uri: { prefix: /a } }], delegate: { name: two } }',
      '{ delegate: { name: three } }',
      `{ ${TO} }`,
    ),
    'ports apart': rules('tcp', `{ match: [{ port: 80 }], ${TO} }`, `{ match: [{ port: 81 }], ${TO} }`),
    'ranges of addresses: the most specific wins': rules(
      'tcp',
      `{ match: [{ destinationSubnets: [10.0.0.0/8] }], ${TO} }`,
      `{ match: [{ destinationSubnets: [10.1.0.0/16] }], ${TO} }`,
    ),
    'a rule behind an unknown one': rules(
      'http',
      `{ match: "\${MATCH}", ${TO} }`,
      `{ match: [{ uri: { prefix: /a } }], ${TO} }`,
    ),
    'a rule behind one that is filled in later': rules('http', '"${RULE}"', `{ ${TO} }`),
    'one match of two is left': rules(
      'http',
      `{ match: [{ uri: { prefix: /a } }], ${TO} }`,
      `{ match: [{ uri: { prefix: /a } }, { uri: { prefix: /b } }], ${TO} }`,
    ),
    'a path / for one gateway only': rules(
      'http',
      `{ match: [{ uri: { prefix: / }, gateways: [front] }], ${TO} }`,
      `{ ${TO} }`,
    ),
  },
});
