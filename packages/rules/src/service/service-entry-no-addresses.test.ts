import { testRule, yaml } from '@meshvet/core/testing';
import { serviceEntryNoAddresses } from './service-entry-no-addresses.ts';

const entry = (port: string, more = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: ServiceEntry
  metadata: { name: db, namespace: shop }
  spec:
    hosts: [db.example.com]
    resolution: DNS
    ports:
      - ${port}
    ${more}
`;
const mesh = (metadata: string) => yaml`
  ---
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data:
    mesh: |
      defaultConfig:
        proxyMetadata: ${metadata}
`;

const kafka = (name: string, mark = '', more = 'resolution: DNS', protocol = 'TCP', namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: ServiceEntry
  metadata: { name: ${name}, namespace: ${namespace} }
  spec:
    hosts: [${name}.example.com]
    ${more}
    ports:
      - { number: 9092, name: tcp, protocol: ${protocol} } ${mark}
`;

testRule(serviceEntryNoAddresses, {
  bad: {
    'two hosts and one listener': `${kafka('a', '#~ shared')}---\n${kafka('b', '#~ shared')}`,
    'in two namespaces': `${kafka('a', '#~ shared')}---\n${kafka('b', '#~ shared', 'resolution: DNS', 'TCP', 'office')}`,
    'in small letters': entry('{ number: 22, name: ssh, protocol: tcp } #~ missing'),
    'no protocol at all': entry('{ number: 22, name: ssh } #~ undeclared'),
    'an empty list of addresses': entry('{ number: 22, name: ssh, protocol: TCP } #~ missing', 'addresses: []'),
    'the DNS proxy alone before Istio 1.25': {
      yaml: entry('{ number: 22, name: ssh, protocol: TCP } #~ missing') + mesh('{ ISTIO_META_DNS_CAPTURE: "true" }'),
      settings: { istioVersion: '1.24' },
    },
    'addresses that nobody tells the clients of':
      entry('{ number: 22, name: ssh, protocol: TCP } #~ missing') + mesh('{ ISTIO_META_DNS_AUTO_ALLOCATE: "true" }'),
  },
  good: {
    'TLS names its host': `${kafka('a', '', 'resolution: DNS', 'TLS')}---\n${kafka('b', '', 'resolution: DNS', 'TLS')}`,
    'addresses of their own': `${kafka('a', '', 'addresses: [240.0.0.1]')}---\n${kafka('b', '', 'addresses: [240.0.0.2]')}`,
    'a TCP port of several hosts, which Istio refuses': entry('{ number: 22, name: ssh, protocol: TCP }').replace(
      '[db.example.com]',
      '[a.example.com, b.example.com]',
    ),
    'the DNS proxy from Istio 1.25 on': {
      yaml: entry('{ number: 22, name: ssh, protocol: TCP }') + mesh('{ ISTIO_META_DNS_CAPTURE: "true" }'),
      settings: { istioVersion: '1.25' },
    },
    'both before': {
      yaml:
        entry('{ number: 22, name: ssh, protocol: TCP }') +
        mesh('{ ISTIO_META_DNS_CAPTURE: "true", ISTIO_META_DNS_AUTO_ALLOCATE: "true" }'),
      settings: { istioVersion: '1.15' },
    },
    'addresses that istiod has given it': `${entry('{ number: 22, name: ssh, protocol: TCP }')}status: { addresses: [{ value: 240.240.0.1, host: db.example.com }] }\n`,
    placeholders:
      entry('{ number: 22, name: ssh, protocol: "${PROTOCOL}" }') +
      `---\n${entry('{ number: 22, name: ssh, protocol: TCP }', 'addresses: "${ADDRESSES}"')}`,
    'a protocol of its own': entry('{ number: 27017, name: mongo, protocol: MONGO }'),
  },
});
