import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarResourceEgressUnmatched } from './sidecar-resource-egress-unmatched.ts';

const sidecar = (host: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Sidecar
  metadata: { name: s, namespace: shop }
  spec: { egress: [{ hosts: ["${host}"] }] } ${mark}
`;
const service = (name: string, namespace = 'shop', more = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: ${namespace}${more} }
  spec: { ports: [{ port: 80 }] }
`;
const entry = (host: string) => yaml`
  apiVersion: networking.istio.io/v1
  kind: ServiceEntry
  metadata: { name: e, namespace: shop }
  spec: { hosts: ["${host}"], ports: [{ number: 443, name: tls, protocol: TLS }] }
`;
const all = (...documents: string[]) => documents.join('---\n');
const closed = (text: string) => ({ yaml: text, settings: { closedWorld: true } });

testRule(sidecarResourceEgressUnmatched, {
  bad: {
    'Services of the namespace were read beside it': all(
      sidecar('./crat.shop.svc.cluster.local', '#~ none'),
      service('cart'),
    ),
    'a Service that is not exported': all(
      sidecar('bank/billing.bank.svc.cluster.local', '#~ none'),
      service('billing', 'bank', ', annotations: { networking.istio.io/exportTo: "." }'),
    ),
    'in a whole world': closed(sidecar('*/api.example.com', '#~ none')),
    'a wildcard that covers nothing': closed(all(sidecar('*/*.example.com', '#~ none'), entry('api.example.org'))),
    'a ServiceEntry of another namespace': all(
      sidecar('./pay.example.com', '#~ otherNamespace'),
      entry('pay.example.com').replace('namespace: shop', 'namespace: outside'),
    ),
    'a wildcard for hosts of another namespace': all(
      sidecar('shop/*.example.com', '#~ otherNamespace'),
      entry('pay.example.com').replace('namespace: shop', 'namespace: outside'),
    ),
    'the tilde takes nothing away': closed(all(sidecar('~/api.example.com', '#~ nothing'))),
  },
  good: {
    'it may be elsewhere': sidecar('bank/billing.bank.svc.cluster.local'),
    'any namespace': all(sidecar('*/cart.shop.svc.cluster.local'), service('cart')),
    'a wildcard that covers a host of a ServiceEntry, and Kiali asks for the same wildcard': closed(
      all(sidecar('./*.example.com'), entry('api.example.com')),
    ),
    'a wildcard for the Services of another namespace': closed(
      all(sidecar('bank/*.bank.svc.cluster.local'), service('billing', 'bank')),
    ),
    'a ServiceEntry for a host of another namespace': all(
      sidecar('./billing.bank.svc.cluster.local'),
      entry('billing.bank.svc.cluster.local'),
    ),
    'all of them': closed(sidecar('bank/*')),
    'nothing at all': closed(sidecar('~/*')),
    'both namespaces have it': all(
      sidecar('./pay.example.com'),
      entry('pay.example.com'),
      entry('pay.example.com').replace('namespace: shop', 'namespace: outside'),
    ),
    'a route of the namespace has the host': all(
      sidecar('./pay.example.com'),
      entry('pay.example.com').replace('namespace: shop', 'namespace: outside'),
      'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: pay, namespace: shop }\nspec: { hosts: [pay.example.com], http: [{ route: [{ destination: { host: pay.example.com } }] }] }\n',
    ),
    'filled in later': closed(sidecar('./${HOST}')),
  },
});
