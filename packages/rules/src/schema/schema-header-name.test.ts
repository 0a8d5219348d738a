import { testRule } from '@meshvet/core/testing';
import { schemaHeaderName } from './schema-header-name.ts';

const route = (fields: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart]
  http:
    - name: one
      ${fields}
`;

testRule(schemaHeaderName, {
  bad: {
    'no name': route('headers: { response: { set: { "": a }, remove: [""] } } #~ refused #~ refused'),
    'the host of a response': route('headers: { response: { add: { Host: a } } } #~ refused `Host`'),
    'a pseudo header away': route('headers: { request: { remove: [":authority"] } } #~ refused'),
    'headers of one destination': route(
      'route: [{ destination: { host: a }, headers: { request: { set: { a: "%REQ(" } } } }] #~ refused',
    ),
    'a line break in a value': route('headers: { request: { set: { a: "b\\nc" } } } #~ refused'),
    'the authority twice': route(
      'rewrite: { authority: a }\n      headers: { request: { set: { host: b } } } #~ refused `host`',
    ),
    'the authority under both names': route(
      'headers: { request: { set: { ":authority": a }, add: { host: b } } } #~ refused `host`',
    ),
  },
  good: {
    'the authority once': route('headers: { request: { set: { ":authority": a } } }'),
    'no authority in a rewrite': route('rewrite: { uri: / }\n      headers: { request: { set: { host: b } } }'),
    'a value that is filled in later': route('headers: { request: { set: { a: "${SHARE}%" } } }'),
    'a tab, and a percent sign that is doubled': route('headers: { response: { set: { a: "100%%\\t" } } }'),
  },
});
