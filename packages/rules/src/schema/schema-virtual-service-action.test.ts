import { testRule } from '@meshvet/core/testing';
import { schemaVirtualServiceAction } from './schema-virtual-service-action.ts';

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

testRule(schemaVirtualServiceAction, {
  bad: {
    'a redirect to two paths': route('redirect: { uri: /a, prefixRewrite: /b } #~ refused `prefixRewrite`'),
    'a redirect to nowhere': route('redirect: {} #~ refused `redirect`'),
    'a redirect that is none': route('redirect: { uri: /a, redirectCode: 200 } #~ refused `200`'),
    'a redirect to another protocol': route('redirect: { scheme: ftp } #~ refused `ftp`'),
    'a rewrite of nothing': route('rewrite: {} #~ refused `rewrite`'),
    'two rewrites': route(
      'rewrite: { uri: /a, uriRegexRewrite: { match: a, rewrite: b } } #~ refused `uriRegexRewrite`',
    ),
    'half a rewrite': route('rewrite: { uriRegexRewrite: { match: a } } #~ refused'),
    'a status that there is not': route('directResponse: { status: 700 } #~ refused'),
    'a body of 200 KiB': route(
      `directResponse: { status: 200, body: { string: ${'ä'.repeat(100 * 1024)} } } #~ doubted \`string\``,
    ),
    'a body of 2 MiB': route(
      `directResponse: { status: 200, body: { string: ${'a'.repeat(2 * 1024 * 1024)} } } #~ refused \`string\``,
    ),
    'an origin, a method and headers': route(
      'corsPolicy: { allowOrigins: [{ exact: "" }], allowMethods: [get], allowHeaders: ["a b"], exposeHeaders: [""] } #~ refused #~ refused #~ refused #~ refused',
    ),
    'a fault without any': route('fault: {} #~ refused `fault`'),
    aborts: route('fault: { abort: { httpStatus: 100 } } #~ refused `100`'),
    'an abort with a status of gRPC': route('fault: { abort: { grpcStatus: unavailable } } #~ refused'),
    'an abort with an error of HTTP/2': route('fault: { abort: { http2Error: CANCEL } } #~ refused `http2Error`'),
    'an exponential delay': route('fault: { delay: { exponentialDelay: 1s } } #~ refused `exponentialDelay`'),
    'retries without attempts': route('retries: { retryOn: 5xx } #~ refused `retryOn`'),
    'no attempts, and a time for each': route('retries: { attempts: 0, perTryTimeout: 1s } #~ refused `0`'),
    'a condition that there is not': route('retries: { attempts: 1, retryOn: "5xx,timeout" } #~ refused'),
    'an empty condition, and a status that there is not': `${route('retries: { attempts: 1, retryOn: "5xx," } #~ refused')}---${route('retries: { attempts: 1, retryOn: "599" } #~ refused')}`,
  },
  good: {
    'retries that are turned off': route('retries: { attempts: 0 }'),
    'conditions that are filled in later': route('retries: { attempts: 1, retryOn: "${CONDITIONS}" }'),
    'a prefix and a rewrite of it': route(
      'match: [{ uri: { prefix: /a } }, { headers: { a: { exact: b } } }]\n      redirect: { prefixRewrite: /b }',
    ),
    'a redirect by port': route('redirect: { port: 8443 }'),
    'a rewrite of the host alone': route('rewrite: { authority: a }'),
  },
});
