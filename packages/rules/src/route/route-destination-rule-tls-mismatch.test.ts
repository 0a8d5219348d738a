import { testRule, yaml } from '@meshvet/core/testing';
import { routeDestinationRuleTlsMismatch } from './route-destination-rule-tls-mismatch.ts';

const policy = (namespace: string, spec: string, name = 'default') => yaml`
  apiVersion: security.istio.io/v1
  kind: PeerAuthentication
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { ${spec} }
`;
const rule = (host: string, mode: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: rule, namespace: shop }
  spec: { host: "${host}", trafficPolicy: { tls: { mode: ${mode} } } } ${mark}
`;
const server = (labels: string) => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart${labels} } }
      spec: { containers: [{ name: cart, image: cart }] }
`;
// A Service of several ports, with pods that surely have a sidecar.
const pods = (annotations = '', ports = '{ name: http, port: 80, targetPort: 8080 }') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { istio-injection: enabled } }
  ---
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec: { selector: { app: cart }, ports: [${ports}] }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart, version: v1 }, annotations: { ${annotations} } }
      spec: { containers: [{ name: cart, image: cart }] }
`;
const noAuto = (more = '') => yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data: { mesh: "enableAutoMtls: false${more}" }
`;
const rules = (spec: string, name = 'rule', namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: ${name}, namespace: ${namespace} }
  spec:
    ${spec}
`;
const OFF = 'mtls: { mode: DISABLE }';
const MUTUAL = 'trafficPolicy: { tls: { mode: ISTIO_MUTUAL } }';
const STRICT = 'mtls: { mode: STRICT }';
const all = (...documents: string[]) => documents.join('---\n');

testRule(routeDestinationRuleTlsMismatch, {
  bad: {
    'a whole namespace': all(policy('shop', STRICT), rule('*.shop.svc.cluster.local', 'DISABLE', '#~ plain')),
    'the whole mesh': all(policy('istio-system', STRICT), rule('*.local', 'DISABLE', '#~ plain')),
    'the policy of the mesh where the namespace has none': all(
      policy('istio-system', STRICT),
      rule('cart', 'DISABLE', '#~ plain'),
    ),
    'a subset alone': all(
      policy('shop', STRICT),
      yaml`
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: rule, namespace: shop }
        spec: { host: cart, subsets: [{ name: v1, labels: { version: v1 }, trafficPolicy: { tls: { mode: DISABLE } } }] } #~ plain
      `,
    ),
    'the policy selects the pods': all(
      pods(),
      policy('shop', `selector: { matchLabels: { app: cart } }, ${STRICT}`, 'cart'),
      rule('cart', 'DISABLE', '#~ plain'),
    ),
    'the policy is for the port where the Service leads': all(
      pods(),
      policy('shop', 'selector: { matchLabels: { app: cart } }, portLevelMtls: { 8080: { mode: STRICT } }', 'cart'),
      rule('cart', 'DISABLE', '#~ plain'),
    ),
    'the rule is for one port': all(
      pods('', '{ name: http, port: 80 }, { name: grpc, port: 9000 }'),
      policy('istio-system', STRICT),
      rules(
        'host: cart\n    trafficPolicy: { tls: { mode: ISTIO_MUTUAL }, portLevelSettings: [{ port: { number: 9000 }, tls: { mode: DISABLE } }] } #~ plain',
      ),
    ),
    'a port of a subset': all(
      pods(),
      policy('shop', STRICT),
      rules(
        'host: cart\n    subsets: [{ name: a, labels: { version: v1 }, trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: DISABLE } }] } }] #~ plain',
      ),
    ),
    'a rule of the root namespace for one Service of many': all(
      pods(),
      policy('shop', `selector: { matchLabels: { app: cart } }, ${STRICT}`, 'cart'),
      rules('host: "*.local"\n    trafficPolicy: { tls: { mode: DISABLE } } #~ plain', 'all', 'istio-system'),
    ),
    'no mode is DISABLE': all(
      pods(),
      policy('shop', STRICT),
      rules('host: cart\n    trafficPolicy: { tls: { sni: cart } } #~ plain'),
    ),
    'ordinary TLS to a sidecar that demands its own': all(
      pods(),
      policy('shop', STRICT),
      rule('cart', 'SIMPLE', '#~ ownTls'),
    ),
    'ordinary TLS to an HTTP port of a sidecar': all(
      pods(),
      policy('shop', 'mtls: { mode: PERMISSIVE }'),
      rule('cart', 'SIMPLE', '#~ ownTls'),
    ),
    'a client certificate of its own to an HTTP port without mTLS': all(
      pods(),
      policy('shop', OFF),
      rule('cart', 'MUTUAL', '#~ ownTls'),
    ),
    'mTLS to pods that have it switched off': all(
      pods(),
      policy('shop', OFF),
      rule('cart', 'ISTIO_MUTUAL', '#~ switchedOff'),
    ),
    'mTLS to a port that is left out of the capture': all(
      pods('traffic.sidecar.istio.io/excludeInboundPorts: "8080"'),
      rule('cart', 'ISTIO_MUTUAL', '#~ notCaptured'),
    ),
    'mTLS for all, and one Service has no proxy': all(
      server(', sidecar.istio.io/inject: "false"'),
      rules('host: "*.local"\n    trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } #~ noProxy', 'all', 'istio-system'),
    ),
    'clients of another namespace follow a rule of their own': all(
      pods(),
      policy('shop', STRICT),
      rules(
        'host: cart.shop.svc.cluster.local\n    trafficPolicy: { tls: { mode: DISABLE } } #~ plain',
        'cart',
        'office',
      ),
    ),
    'a narrower rule takes away the mTLS of a wider one': all(
      noAuto(),
      rules(`host: "*.local"\n    ${MUTUAL}`, 'all', 'istio-system'),
      rules('host: cart\n    trafficPolicy: { loadBalancer: { simple: RANDOM } } #~ dropsMtls'),
    ),
    'a rule with nothing at all takes it away too': all(
      noAuto(),
      rules(`host: "*.shop.svc.cluster.local"\n    ${MUTUAL}`, 'all'),
      rules('host: cart #~ dropsMtls'),
    ),
    'nobody demands what clients send': {
      yaml: all(noAuto(), rules(`host: "*.local"\n    ${MUTUAL} #~ notDemanded`, 'all', 'istio-system')),
      settings: { closedWorld: true },
    },
  },
  good: {
    'auto mTLS asks for it again': all(
      rules(`host: "*.local"\n    ${MUTUAL}`, 'all', 'istio-system'),
      rules('host: cart\n    trafficPolicy: { loadBalancer: { simple: RANDOM } }'),
    ),
    'the pods of the Service are permissive in a strict namespace': all(
      pods(),
      policy('shop', STRICT),
      policy('shop', 'selector: { matchLabels: { app: cart } }, mtls: { mode: PERMISSIVE }', 'cart'),
      rule('cart', 'DISABLE'),
    ),
    'another port is strict': all(
      pods(),
      policy(
        'shop',
        'selector: { matchLabels: { app: cart } }, mtls: { mode: PERMISSIVE }, portLevelMtls: { 9090: { mode: STRICT } }',
        'cart',
      ),
      rule('cart', 'DISABLE'),
    ),
    'the strict pods are not those of the subset': all(
      pods(),
      policy('shop', `selector: { matchLabels: { app: cart } }, ${STRICT}`, 'cart'),
      rules(
        'host: cart\n    subsets: [{ name: old, labels: { version: v0 }, trafficPolicy: { tls: { mode: DISABLE } } }]',
      ),
    ),
    'nobody follows the rule: one of the namespace is narrower': all(
      pods(),
      policy('shop', STRICT),
      rules('host: "*.shop.svc.cluster.local"\n    trafficPolicy: { tls: { mode: DISABLE } }', 'all'),
      rules(`host: cart\n    ${MUTUAL}`),
    ),
    'the port is left out of the capture, and plain text gets through': all(
      pods('traffic.sidecar.istio.io/excludeInboundPorts: "8080"'),
      policy('shop', STRICT),
      rule('cart', 'DISABLE'),
    ),
    'ordinary TLS to a TCP port: the application may speak it': all(
      pods('', '{ name: tcp, port: 8443 }'),
      policy('shop', 'mtls: { mode: PERMISSIVE }'),
      rule('cart', 'SIMPLE'),
    ),
    'ordinary TLS to pods without a proxy: the application may speak it': all(
      server(', sidecar.istio.io/inject: "false"'),
      rule('cart', 'SIMPLE'),
    ),
    'certificates of the mesh from files': all(pods(), policy('shop', STRICT), rule('cart', 'MUTUAL')),
    'a gateway ends the TLS of its clients': all(
      server(', istio: ingressgateway'),
      policy('shop', STRICT),
      rule('cart', 'SIMPLE'),
    ),
    'mTLS switched off for the ports that are not called': all(
      pods(),
      policy(
        'shop',
        `selector: { matchLabels: { app: cart } }, mtls: { mode: STRICT }, portLevelMtls: { 9090: { mode: DISABLE } }`,
        'cart',
      ),
      rule('cart', 'ISTIO_MUTUAL'),
    ),
    'the namespace is permissive in a strict mesh': all(
      policy('istio-system', STRICT),
      policy('shop', 'mtls: { mode: PERMISSIVE }'),
      rule('cart', 'DISABLE'),
    ),
    'a policy for some workloads may be for these': all(
      policy('shop', STRICT),
      policy('shop', 'selector: { matchLabels: { app: cart } }, mtls: { mode: PERMISSIVE }', 'cart'),
      rule('cart', 'DISABLE'),
    ),
    'servers without a proxy': all(
      policy('shop', STRICT),
      server(', sidecar.istio.io/inject: "false"'),
      rule('cart', 'DISABLE'),
    ),
    'a host outside the cluster': all(policy('istio-system', STRICT), rule('api.example.com', 'DISABLE')),
    'a policy of the mesh in another folder': {
      files: { 'mesh/a/p.yaml': policy('istio-system', STRICT), 'shop/b/r.yaml': rule('cart', 'DISABLE') },
    },
    'mTLS towards pods whose namespace nobody has seen': all(server(''), rule('cart', 'ISTIO_MUTUAL')),
  },
});
