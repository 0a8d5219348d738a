import {
  type BackendReference,
  clientsOfApiRoute,
  defineRule,
  didYouMean,
  GATEWAY_ROUTE_TYPES,
  lookupBackend,
  type Mesh,
  mappings,
  nameOf,
  routeToJudge,
} from '@meshvet/core';
import { backendText, failureText } from '../shared/words/gateway-api-words.ts';

export const gatewayApiBackendUnknown = defineRule({
  meta: {
    id: 'gateway-api-backend-unknown',
    summary: 'A route of the Gateway API sends to a Service or a host that does not exist.',
    why: 'Requests that such a backend would get are answered with 500, connections to it fail, and nothing is mirrored.',
    fix: 'Write the name of a Service of the same namespace, or its namespace beside it; what lives elsewhere belongs under externals in the config.',
    severity: 'error',
    subject: 'resource',
    types: GATEWAY_ROUTE_TYPES,
    codes: ['KIA1402'],
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#backendobjectreference',
      'istio/istio pilot/pkg/config/kube/gateway/conversion.go (buildDestination)',
      'kiali business/checkers/k8shttproutes/no_host_checker.go',
    ],
    messages: {
      backend: '{route}: the backend {backend} does not exist; {failure}.',
      mirror: '{route}: the {backend}, which requests are mirrored to, does not exist; nothing is mirrored.',
      kind: '{route}: a backend of the core group is a Service, and {written} is none; {failure}.',
      dotted: '{route}: "{name}" is no name of a Service; write "{short}", and the namespace beside it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'no Service of that name beside the others of the namespace, and a full name',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            rules:
              - backendRefs:
                  - name: catr #~ backend \`catr\`
                    port: 80
              - backendRefs:
                  - name: cart.shop.svc.cluster.local #~ dotted
                    port: 80
              - filters:
                  - type: RequestMirror
                    requestMirror:
                      backendRef: 
                        name: cart-v2 #~ mirror
                        port: 80
                backendRefs: [{ name: cart, port: 80 }]
        `,
      },
    ],
    good: [
      {
        title: 'a Service, and a host of a ServiceEntry under the kind of Istio',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: api, namespace: shop }
          spec: { hosts: [api.example.com], resolution: DNS, ports: [{ number: 443, name: https, protocol: HTTPS }] }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            rules:
              - backendRefs:
                  - { name: cart, port: 80 }
                  - { group: networking.istio.io, kind: Hostname, name: api.example.com, port: 443 }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const route = routeToJudge(mesh, resource);
    if (!route) return;
    // Other implementations have backends of their own, in whatever group.
    const rules = clientsOfApiRoute(mesh, route).length > 0 ? mappings(route.spec.at('rules')) : [];
    for (const rule of rules.slice(0, MOST)) {
      for (const backend of mappings(rule.at('backendRefs')).slice(0, MOST)) {
        const [group, kind] = [backend.at('group'), backend.at('kind')];
        const isCore = !group.hasValue || group.value === '' || group.value === 'core';
        const written = kind.hasValue ? kind.string() : 'Service';
        if (isCore && written !== undefined && written !== 'Service')
          report(kind, 'kind', { route: nameOf(resource), written, failure: failureText(resource) }, { codes: [] });
      }
    }
    for (const backend of route.backends) {
      const words = { route: nameOf(resource), backend: backendText(backend), failure: failureText(resource) };
      if (backend.kind === 'Service' && backend.name.includes('.')) {
        const short = backend.name.slice(0, backend.name.indexOf('.'));
        report(backend.nameField, 'dotted', { route: words.route, name: backend.name, short });
      } else if (lookupBackend(mesh, backend, resource).state === 'missing') {
        const likely = likelyService(mesh, backend);
        const codes = backend.kind === 'Service' && !backend.isMirror ? ['KIA1402'] : [];
        const options = likely === undefined ? { codes } : { codes, fix: `Did you mean "${likely}"?` };
        report(backend.nameField, backend.isMirror ? 'mirror' : 'backend', words, options);
      }
    }
  },
});

// As many as anybody has; each missing name is held against all of them.
const MOST = 200;

function likelyService(mesh: Mesh, { kind, namespace, name }: BackendReference): string | undefined {
  if (kind !== 'Service') return undefined;
  return didYouMean(name, mesh.derive(namesByNamespace).get(namespace) ?? []);
}

function namesByNamespace(mesh: Mesh): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const { resource } of mesh.services) {
    const set = names.get(resource.namespace ?? '') ?? new Set();
    names.set(resource.namespace ?? '', set);
    if (set.size < MOST) set.add(resource.name);
  }
  return names;
}
