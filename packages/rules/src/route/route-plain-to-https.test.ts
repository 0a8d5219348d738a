import { testRule, yaml } from '@meshvet/core/testing';
import { routePlainToHttps } from './route-plain-to-https.ts';

const service = (port: string) => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: web, namespace: shop }
  spec: { selector: { app: web }, ports: [${port}] }
`;
const entry = (port: string, more = 'location: MESH_EXTERNAL, resolution: DNS') => yaml`
  apiVersion: networking.istio.io/v1
  kind: ServiceEntry
  metadata: { name: web, namespace: shop }
  spec: { hosts: [web.example.net], ${more}, ports: [${port}] }
`;
const route = (destination: string, mark = '', gateways = 'edge/front') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: web, namespace: shop }
  spec:
    hosts: [web.example.com]
    gateways: [${gateways}]
    http: [{ route: [{ destination: { ${destination} } }] }] ${mark}
`;
const rule = (spec: string, namespace = 'shop', name = 'web') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { ${spec} }
`;
const front = yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: edge }
  spec: { selector: { istio: edge }, servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: ["*"], tls: { mode: SIMPLE, credentialName: c } }] }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: edge, namespace: istio-ingress }
  spec:
    selector: { matchLabels: { istio: edge } }
    template:
      metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
`;
const HTTPS = '{ name: https, port: 443 }';
const SIMPLE = 'trafficPolicy: { tls: { mode: SIMPLE } }';
const all = (...documents: string[]) => documents.join('---\n');

const api = (name: string, port: number, mark = '', className = 'istio', kind = 'Service') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec: { gatewayClassName: ${className}, listeners: [{ name: http, port: 80, protocol: HTTP }] }
  ---
  apiVersion: gateway.networking.k8s.io/v1
  kind: HTTPRoute
  metadata: { name: web, namespace: shop }
  spec:
    parentRefs: [{ name: front }]
    rules: [{ backendRefs: [{ group: ${kind === 'Service' ? '""' : 'networking.istio.io'}, kind: ${kind}, name: ${name}, port: ${port} }] }] ${mark}
`;

testRule(routePlainToHttps, {
  bad: {
    'an HTTPRoute to a host outside': all(
      entry('{ number: 443, name: https, protocol: HTTPS }', 'resolution: DNS'),
      api('web.example.net', 443, '#~ declared', 'istio', 'Hostname'),
    ),
    'an HTTPRoute to a port that is declared HTTPS': all(service(HTTPS), api('web', 443, '#~ declared')),
    'a Service port that is named https': all(service(HTTPS), route('host: web, port: { number: 443 }', '#~ declared')),
    'the only port needs no number': all(service('{ name: tls, port: 8443 }'), route('host: web', '#~ declared')),
    'by its appProtocol': all(
      service('{ name: web, port: 8443, appProtocol: https }'),
      route('host: web, port: { number: 8443 }', '#~ declared'),
    ),
    'mTLS of the mesh is no TLS of the application': all(
      service(HTTPS),
      rule('host: web, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } }'),
      route('host: web, port: { number: 443 }', '#~ declared'),
    ),
    'the rule of the port takes TLS away again': all(
      service(HTTPS),
      rule(
        'host: web, trafficPolicy: { tls: { mode: SIMPLE }, portLevelSettings: [{ port: { number: 443 }, loadBalancer: { simple: RANDOM } }] }',
      ),
      route('host: web, port: { number: 443 }', '#~ declared'),
    ),
    'the gateway does not see the rule': all(
      front,
      service(HTTPS),
      rule(`host: web, exportTo: ["."], ${SIMPLE}`),
      route('host: web, port: { number: 443 }', '#~ declared'),
    ),
    'a rule for other pods of the namespace': all(
      front,
      entry('{ number: 443, name: https, protocol: HTTPS }'),
      rule(`host: web.example.net, workloadSelector: { matchLabels: { app: other } }, ${SIMPLE}`, 'istio-ingress'),
      route('host: web.example.net, port: { number: 443 }', '#~ declared'),
    ),
    'a host outside whose port 443 is declared plain': all(
      entry('{ number: 443, name: http, protocol: HTTP }'),
      route('host: web.example.net, port: { number: 443 }', '#~ external'),
    ),
    'a port that leads to 443': all(
      entry('{ number: 80, name: http, protocol: HTTP, targetPort: 443 }'),
      route('host: web.example.net, port: { number: 80 }', '#~ external'),
    ),
    'sidecars, too': all(
      entry('{ number: 80, name: http, protocol: HTTP }, { number: 443, name: https, protocol: HTTPS }'),
      route('host: web.example.net, port: { number: 443 }', '#~ declared', 'mesh'),
    ),
  },
  good: {
    'an HTTPRoute, and a BackendTLSPolicy for the Service': all(
      service(HTTPS),
      yaml`
        apiVersion: gateway.networking.k8s.io/v1
        kind: BackendTLSPolicy
        metadata: { name: web, namespace: shop }
        spec: { targetRefs: [{ group: "", kind: Service, name: web }], validation: { hostname: web, wellKnownCACertificates: System } }
      `,
      api('web', 443),
    ),
    'an HTTPRoute to a host outside, and a BackendTLSPolicy for its ServiceEntry': all(
      entry('{ number: 443, name: https, protocol: HTTPS }', 'resolution: DNS'),
      yaml`
        apiVersion: gateway.networking.k8s.io/v1
        kind: BackendTLSPolicy
        metadata: { name: web, namespace: shop }
        spec:
          targetRefs: [{ group: networking.istio.io, kind: ServiceEntry, name: web }]
          validation: { hostname: web.example.net, wellKnownCACertificates: System }
      `,
      api('web.example.net', 443, '', 'istio', 'Hostname'),
    ),
    'an HTTPRoute at a gateway of others': all(service(HTTPS), api('web', 443, '', 'eg')),
    'an HTTPRoute to a plain port': all(service('{ name: http, port: 8080 }'), api('web', 8080)),
    'TLS for the port alone': all(
      service(HTTPS),
      rule('host: web, trafficPolicy: { portLevelSettings: [{ port: { number: 443 }, tls: { mode: SIMPLE } }] }'),
      route('host: web, port: { number: 443 }'),
    ),
    'TLS for the subset': all(
      service(HTTPS),
      rule(`host: web, subsets: [{ name: v1, labels: { version: v1 }, ${SIMPLE} }]`),
      route('host: web, subset: v1, port: { number: 443 }'),
    ),
    'a rule for all hosts of the namespace': all(
      service(HTTPS),
      rule(`host: "*.shop.svc.cluster.local", ${SIMPLE}`),
      route('host: web, port: { number: 443 }'),
    ),
    'a rule of the root namespace': all(
      service(HTTPS),
      rule(`host: "*.local", ${SIMPLE}`, 'istio-system'),
      route('host: web, port: { number: 443 }'),
    ),
    'the rule of the gateway’s own namespace': all(
      front,
      service(HTTPS),
      rule('host: web', 'shop'),
      rule(`host: web.shop.svc.cluster.local, ${SIMPLE}`, 'istio-ingress', 'edge'),
      route('host: web, port: { number: 443 }'),
    ),
    'a policy of the Gateway API': all(
      service(HTTPS),
      yaml`
        apiVersion: gateway.networking.k8s.io/v1
        kind: BackendTLSPolicy
        metadata: { name: web, namespace: shop }
        spec: { targetRefs: [{ group: "", kind: Service, name: web }], validation: { hostname: web, wellKnownCACertificates: System } }
      `,
      route('host: web, port: { number: 443 }'),
    ),
    'plain HTTP': all(service('{ name: http, port: 8080 }'), route('host: web, port: { number: 8080 }')),
    'a port whose protocol is found out': all(
      service('{ name: web, port: 443 }'),
      route('host: web, port: { number: 443 }'),
    ),
    'a host of the mesh on 443 that is declared plain': all(
      entry('{ number: 443, name: http, protocol: HTTP }', 'location: MESH_INTERNAL, resolution: DNS'),
      route('host: web.example.net, port: { number: 443 }'),
    ),
    'the mode is filled in later': all(
      service(HTTPS),
      rule('host: web, trafficPolicy: { tls: { mode: "${MODE}" } }'),
      route('host: web, port: { number: 443 }'),
    ),
    'the port is another rule’s': all(service(HTTPS), route('host: web, port: { number: 444 }')),
  },
});
