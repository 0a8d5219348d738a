import { testRule, yaml } from '@meshvet/core/testing';
import { serviceEntryHostDuplicate } from './service-entry-host-duplicate.ts';

const entry = (namespace: string, mark = '', more = 'resolution: DNS', port = '', name = 'bank') => yaml`
  apiVersion: networking.istio.io/v1
  kind: ServiceEntry
  metadata: { name: ${name}, namespace: ${namespace} }
  spec:
    hosts: [bank.example.com]
    ${more}
    ports:
      - { number: 443, name: tls, protocol: TLS${port} } ${mark}
`;
const office = (port: number) =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: office, namespace: office }\nspec: { ports: [{ name: http, port: ${port} }] }\n`;
const all = (...documents: string[]) => documents.join('---\n');

testRule(serviceEntryHostDuplicate, {
  bad: {
    'the same twice is a hint': all(entry('shop', '#~ same'), entry('office', '#~ same')),
    'two of one namespace': all(
      entry('shop', '#~ merged'),
      entry(
        'shop',
        '#~ merged',
        'resolution: STATIC\n  endpoints: [{ address: 10.0.0.1 }]'.replace('\n', '\n  '),
        '',
        'more',
      ),
    ),
    'the keys of an endpoint in another order are the same': all(
      entry('shop', '#~ same', 'endpoints: [{ address: 192.0.2.1, locality: eu }]'),
      entry('office', '#~ same', 'endpoints: [{ locality: eu, address: 192.0.2.1 }]'),
    ),
    'another target port': all(
      entry('shop', '#~ differs'),
      entry('office', '#~ differs', 'resolution: DNS', ', targetPort: 8443'),
    ),
    'three of them': all(
      entry('shop', '#~ differs'),
      entry('office', '#~ differs'),
      entry('bank', '#~ differs', 'resolution: NONE'),
    ),
  },
  good: {
    'one of them keeps to its namespace': all(
      entry('shop', '', 'exportTo: ["."]'),
      entry('office', '', 'exportTo: [bank]'),
    ),
    'another port': all(entry('shop'), entry('office').replace('443', '8443')),
    'two manifests of one object': all(entry('shop'), entry('shop', '', 'resolution: NONE')),
    'another protocol, which another rule tells': all(
      entry('shop'),
      entry('office').replace('protocol: TLS', 'protocol: HTTP'),
    ),
    'folders of two clusters, read as the whole mesh, with one object in both': {
      files: {
        'eu/e.yaml': all(entry('shop'), office(8080)),
        'us/e.yaml': all(entry('bank', '', 'resolution: NONE'), office(8443)),
      },
      settings: { closedWorld: true },
    },
    'folders of two clusters': {
      files: { 'a/x/e.yaml': entry('shop'), 'b/y/e.yaml': entry('office', '', 'resolution: NONE') },
    },
  },
});
