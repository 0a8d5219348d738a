import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayHostConflict } from './gateway-host-conflict.ts';

const TLS = 'tls: { mode: SIMPLE, credentialName: c }';

interface Parts {
  selector?: string;
  protocol?: string;
  port?: string;
  host?: string;
  more?: string;
  namespace?: string;
}
const gateway = (name: string, parts: Parts = {}, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: ${name}, namespace: ${parts.namespace ?? 'edge'} }
  spec: { selector: { ${parts.selector ?? 'istio: ingressgateway'} }, servers: [{ port: { number: ${parts.port ?? '443'}, name: p, protocol: ${parts.protocol ?? 'HTTPS'} }, hosts: ["${parts.host ?? 'a.example.com'}"]${parts.more === '' ? '' : `, ${parts.more ?? TLS}`} }] } ${mark}
`;
const pod = (labels: string) => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: edge-1, namespace: edge, labels: { ${labels} } }
  spec: { containers: [{ name: istio-proxy, image: auto }] }
`;
const all = (...documents: string[]) => documents.join('---\n');
const plain = { protocol: 'HTTP', port: '80', more: '' };
const two = (one: Parts, other: Parts, mark = '') => all(gateway('one', one, mark), gateway('two', other, mark));

testRule(gatewayHostConflict, {
  bad: {
    'HTTP and TCP on one port': two(plain, { ...plain, protocol: 'TCP' }, '#~ protocol'),
    'two TCP servers on one port, whatever their hosts': two(
      { ...plain, protocol: 'TCP' },
      { ...plain, protocol: 'TCP', host: 'b.example.com' },
      '#~ protocol',
    ),
    'plain HTTP is put together, so it is advice': two(plain, { ...plain, protocol: 'HTTP2' }, '#~ http'),
    'labels that are not neighbours when sorted, which istioctl does not see': all(
      gateway('one', { selector: 'app: edge, istio: edge, tier: front' }, '#~ tls'),
      gateway('two', { selector: 'app: edge, tier: front' }, '#~ tls'),
    ),
    'different labels of one pod': all(
      gateway('one', { selector: 'app: edge' }, '#~ tls'),
      gateway('two', { selector: 'tier: front' }, '#~ tls'),
      pod('app: edge, tier: front'),
    ),
    'no selector is every proxy': all(
      gateway('one', { selector: '' }, '#~ tls'),
      gateway('two', { selector: 'tier: front' }, '#~ tls'),
    ),
    'capitals mean the same': two({ host: 'A.example.com' }, {}, '#~ tls'),
    'a prefix for every namespace and one for a single one': two(
      { host: '*/a.example.com' },
      { host: 'shop/a.example.com' },
      '#~ tls',
    ),
  },
  good: {
    'another port': two(plain, { ...plain, port: '8080' }),
    'another address': two({ more: `bind: 10.0.0.1, ${TLS}` }, { more: `bind: 10.0.0.2, ${TLS}` }),
    'another gateway': two({ selector: 'istio: ingressgateway' }, { selector: 'istio: egressgateway' }),
    'the labels of both are on no pod': all(
      gateway('one', { selector: 'app: edge' }),
      gateway('two', { selector: 'tier: front' }),
      pod('app: edge'),
    ),
    'the labels that one asks for beside are on no pod that was read': all(
      gateway('one', { selector: 'app: edge' }),
      gateway('two', { selector: 'app: edge, tier: front' }),
      pod('app: edge'),
    ),
    'other names in the handshake': two({}, { host: 'b.example.com' }),
    'a wildcard and a host within it, which Kiali takes for one': two({ host: '*.example.com' }, {}),
    'hosts for two namespaces': two({ host: 'shop/a.example.com' }, { host: 'blog/a.example.com' }),
    'no port': two({ port: '""' }, { port: '""' }),
    'a host that is filled in later': two({ host: '${HOST}' }, { host: '${HOST}' }),
    'steps of a tutorial': { files: { 'lab/one.yaml': gateway('one'), 'lab/two.yaml': gateway('two') } },
    'variants of one object': {
      files: { 'a/one.yaml': gateway('one'), 'b/one.yaml': gateway('one') },
      settings: { closedWorld: true },
    },
    'each namespace has its own gateways, as istiod is told': all(
      gateway('one'),
      gateway('two', { namespace: 'shop' }),
      yaml`
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: istiod, namespace: istio-system }
        spec:
          selector: { matchLabels: { app: istiod } }
          template:
            metadata: { labels: { app: istiod } }
            spec: { containers: [{ name: discovery, image: istio/pilot, env: [{ name: PILOT_SCOPE_GATEWAY_TO_NAMESPACE, value: "true" }] }] }
      `,
    ),
  },
});
