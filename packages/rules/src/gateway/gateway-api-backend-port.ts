import {
  type BackendReference,
  defineRule,
  GATEWAY_ROUTE_TYPES,
  type HostTarget,
  lookupBackend,
  type Mesh,
  mayHaveService,
  nameOf,
  type Resource,
  routeToJudge,
  surelyMeets,
} from '@meshvet/core';
import { backendText } from '../shared/words/gateway-api-words.ts';

export const gatewayApiBackendPort = defineRule({
  meta: {
    id: 'gateway-api-backend-port',
    summary: 'A route of the Gateway API names no port of its backend, or one that the backend does not have.',
    why: 'The API server refuses a Service without a port, and for a port that is not there the proxy has no endpoints, so requests fail.',
    fix: 'Write the number of a port of the Service (the Service port, not the target port) as port of the backendRef.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: GATEWAY_ROUTE_TYPES,
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#backendobjectreference',
      'istio/istio pilot/pkg/config/kube/gateway/conversion.go (buildDestination)',
    ],
    messages: {
      required: '{route}: the backend {backend} is named without a port; the route is refused.',
      unknown: '{route}: the backend {backend} has no port {port}, but {ports}; requests fail.',
    },
  },
  examples: {
    bad: [
      {
        title: 'no port, and the target port in place of the port',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            rules:
              - backendRefs:
                  - name: cart #~ required
              - backendRefs:
                  - name: cart
                    port: 8080 #~ unknown \`8080\`
        `,
      },
    ],
    good: [
      {
        title: 'the port of the Service',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const route = routeToJudge(mesh, resource);
    for (const backend of route?.backends ?? []) {
      if (backend.name.includes('.') && backend.kind === 'Service') continue;
      const words = { route: nameOf(resource), backend: backendText(backend) };
      if (!backend.portField.hasValue) {
        report(backend.nameField, 'required', words);
        continue;
      }
      const targets = targetsToJudge(mesh, backend, resource);
      const [target] = targets;
      if (!target || targets.some((t) => t.ports.some((p) => p.number === backend.port))) continue;
      const ports = target.ports
        .slice(0, 6)
        .map((p) => (p.name ? `${p.number} (${p.name})` : `${p.number}`))
        .join(', ');
      report(
        backend.portField,
        'unknown',
        { ...words, port: backend.port ?? '', ports },
        {
          related: [
            { at: target.resource.body.at('spec').at('ports'), note: `the ports of ${nameOf(target.resource)}` },
          ],
        },
      );
    }
  },
});

// Everything that answers under the name, where all of it tells its ports and surely is what the route means.
function targetsToJudge(mesh: Mesh, backend: BackendReference, route: Resource): readonly HostTarget[] {
  if (backend.port === undefined) return [];
  const lookup = lookupBackend(mesh, backend, route);
  if (lookup.state !== 'found' || lookup.value.some((t) => mayHaveService(mesh, t))) return [];
  const sure = lookup.value.every((t) => t.portsKnown && t.ports.length > 0 && surelyMeets(mesh, t.resource, route));
  return sure ? lookup.value : [];
}
