import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiBackendTls } from './gateway-api-backend-tls.ts';

const policy = (target: string, refs: string, name = 'tls', namespace = 'shop', head = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: BackendTLSPolicy
  metadata: { name: ${name}, namespace: ${namespace}${head} }
  spec:
    targetRefs:
      - ${target}
    validation:
      hostname: search.example.com
      ${refs}
`;
const system = 'wellKnownCACertificates: System';
const map = (name: string, mark = '', kind = 'ConfigMap') =>
  `caCertificateRefs: [{ group: "", kind: ${kind}, name: ${name} }] ${mark}`;
const service = yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: search, namespace: shop }
  spec: { selector: { app: search }, ports: [{ name: https, port: 9200 }, { name: admin, port: 9300 }] }
`;
const configMap = (name: string, data: string, namespace = 'shop', head = '') => yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: ${name}, namespace: ${namespace}${head} }
  data: ${data}
`;
const gateway = (className = 'istio') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec: { gatewayClassName: ${className}, listeners: [{ name: http, port: 80, protocol: HTTP }] }
`;
const to = (name: string, section = '', kind = '""', type = 'Service') =>
  `{ group: ${kind}, kind: ${type}, name: ${name}${section === '' ? '' : `, sectionName: ${section}`} }`;
const join = (...parts: string[]) => parts.join('---\n');

testRule(gatewayApiBackendTls, {
  bad: {
    'a Service that is called otherwise': join(service, policy(`${to('serach')} #~ target`, system)),
    'a port that it does not have': join(service, policy(`${to('search', 'http')} #~ section`, system)),
    'a ServiceEntry, and a port that it does not have': {
      settings: { closedWorld: true },
      yaml: join(
        yaml`
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: api, namespace: shop }
          spec: { hosts: [api.example.com], resolution: DNS, ports: [{ number: 443, name: tls, protocol: TLS }] }
        `,
        policy(`${to('api', 'https', 'networking.istio.io', 'ServiceEntry')} #~ section`, system, 'a'),
        policy(`${to('apis', '', 'networking.istio.io', 'ServiceEntry')} #~ target`, system, 'b'),
      ),
    },
    'no ConfigMap at all in a closed world': {
      settings: { closedWorld: true },
      yaml: join(service, policy(to('search'), map('ca', '#~ authority'))),
    },
    'the ConfigMap is in another namespace': join(
      service,
      configMap('ca', '{ ca.crt: x }', 'certs'),
      policy(to('search'), map('ca', '#~ authority')),
    ),
    'another key': join(service, configMap('ca', '{ ca.pem: x }'), policy(to('search'), map('ca', '#~ key'))),
    'a Secret, at Istio': join(gateway(), service, policy(to('search'), map('ca', '#~ kind', 'Secret'))),
    'two ConfigMaps, at Istio': join(
      gateway(),
      service,
      policy(
        to('search'),
        'caCertificateRefs: [{ group: "", kind: ConfigMap, name: a }, { group: "", kind: ConfigMap, name: b }] #~ several',
      ),
    ),
    'two policies for one Service': join(
      service,
      policy(to('search'), system, 'a'),
      policy(`${to('search')} #~ conflict`, system, 'b'),
    ),
    'two policies for one port': join(
      service,
      policy(to('search', 'https'), system, 'a'),
      policy(`${to('search', 'https')} #~ conflict`, system, 'b'),
    ),
    'before 1.28': {
      settings: { istioVersion: '1.27' },
      yaml: join(gateway(), service, policy(`${to('search')} #~ version`, system)),
    },
  },
  good: {
    'a Service that was not read': policy(to('search'), system),
    'one for a port beside one for the whole': join(
      service,
      policy(to('search'), system, 'a'),
      policy(to('search', 'https'), system, 'b'),
      policy(to('search', 'admin'), system, 'c'),
    ),
    'a ConfigMap that nobody keeps in manifests': join(
      service,
      configMap('settings', '{ a: b }'),
      policy(to('search'), map('ca')),
    ),
    'the other certificates are of another policy': join(
      service,
      configMap('ca', '{ ca.crt: x }'),
      policy(to('search', 'https'), map('ca'), 'a'),
      policy(to('search', 'admin'), map('other'), 'b'),
    ),
    'trust-manager makes it': {
      settings: { closedWorld: true },
      yaml: join(
        service,
        yaml`
          apiVersion: trust.cert-manager.io/v1alpha1
          kind: Bundle
          metadata: { name: ca }
          spec: { sources: [{ useDefaultCAs: true }], target: { configMap: { key: ca.crt } } }
        `,
        policy(to('search'), map('ca')),
      ),
    },
    'Kubernetes makes it': {
      settings: { closedWorld: true },
      yaml: join(service, policy(to('search'), map('kube-root-ca.crt'))),
    },
    'a ConfigMap that is filled by somebody': join(
      service,
      configMap('ca', '{ x: y }', 'shop', ', annotations: { service.beta.openshift.io/inject-cabundle: "true" }'),
      policy(to('search'), map('ca')),
    ),
    'an empty one': join(service, configMap('ca', '{}'), policy(to('search'), map('ca'))),
    'a Secret, at others': join(gateway('eg'), service, policy(to('search'), map('ca', '', 'Secret'))),
    'Istio is told to leave it alone': join(
      service,
      policy(to('search', 'no'), system, 'tls', 'shop', ', annotations: { istio.io/ignore-policy-attachment: "true" }'),
    ),
    placeholders: join(service, policy(to('search', '"${PORT}"'), map('"${CA}"'))),
  },
});
