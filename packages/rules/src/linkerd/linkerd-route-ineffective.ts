import {
  defineRule,
  isOutboundOfLinkerd,
  LINKERD_POLICY_GROUP,
  LINKERD_ROUTE_TYPES,
  linkerdRouteOf,
  lookupBackend,
  nameOf,
  routeAnnotationProblems,
  unknownFilters,
} from '@meshvet/core';
import { listText } from '../shared/schema/schema-words.ts';

export const linkerdRouteIneffective = defineRule({
  meta: {
    id: 'linkerd-route-ineffective',
    summary:
      'A route for calls through Linkerd leads to a Service that is not there, or asks for what Linkerd cannot do.',
    why: 'Requests for a backend that is not there fail, and a route with a filter that Linkerd does not know is left out whole.',
    fix: 'Name a Service and a port of it that exist, and keep to header modifiers and redirects.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'resource',
    types: [...LINKERD_ROUTE_TYPES],
    sources: [
      'linkerd2 policy-controller/k8s/index/src/outbound/index/http.rs',
      'linkerd2 policy-controller/k8s/index/src/outbound/index/grpc.rs',
      'linkerd2 policy-controller/k8s/index/src/outbound/index.rs (parse_timeouts, parse_duration), since 2.16',
      'linkerd.io: HTTPRoute reference',
    ],
    messages: {
      backend: '{route}: there is no Service {namespace}/{name}; what is routed there fails.',
      port: '{route}: {service} has no port {port}{known}; what is routed there fails.',
      annotation: '{route}: annotation {key}: {reason}, so Linkerd refuses the route, or leaves it out.',
      filter: '{route}: Linkerd knows no filter {type} and leaves the route out whole, so none of its rules holds.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a misspelt backend, and a rewrite',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: pages, namespace: web }
          spec: { selector: { app: pages }, ports: [{ port: 8080 }] }
          ---
          apiVersion: policy.linkerd.io/v1beta3
          kind: HTTPRoute
          metadata: { name: pages, namespace: web }
          spec:
            parentRefs: [{ group: core, kind: Service, name: pages, port: 8080 }]
            rules:
              - backendRefs:
                  - name: pages
                    port: 80 #~ port \`80\`
              - filters:
                  - type: URLRewrite #~ filter \`URLRewrite\`
        `,
      },
      {
        title: 'a Service that is not there',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: pages, namespace: web }
          spec: { selector: { app: pages }, ports: [{ port: 8080 }] }
          ---
          apiVersion: policy.linkerd.io/v1beta3
          kind: HTTPRoute
          metadata: { name: pages, namespace: web }
          spec:
            parentRefs: [{ group: core, kind: Service, name: pages, port: 8080 }]
            rules:
              - backendRefs:
                  - name: pagez #~ backend \`pagez\`
                    port: 8080
        `,
        settings: { closedWorld: true },
      },
    ],
    good: [
      {
        title: 'what is there',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: pages, namespace: web }
          spec: { selector: { app: pages }, ports: [{ port: 8080 }] }
          ---
          apiVersion: policy.linkerd.io/v1beta3
          kind: HTTPRoute
          metadata: { name: pages, namespace: web }
          spec:
            parentRefs: [{ group: core, kind: Service, name: pages, port: 8080 }]
            rules:
              - filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { remove: [x-user] } }]
                backendRefs: [{ name: pages, port: 8080 }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const route = linkerdRouteOf(resource);
    if (!route || !isOutboundOfLinkerd(mesh, route)) return;
    const words = { route: nameOf(resource) };
    for (const { key, field, reason } of routeAnnotationProblems(mesh, resource.annotations))
      report(field, 'annotation', { ...words, key, reason });
    for (const { type, field } of unknownFilters(route)) report(field, 'filter', { ...words, type });
    // Of routes of the Gateway API other rules tell what their backends are.
    if (resource.group !== LINKERD_POLICY_GROUP) return;
    for (const backend of route.backends) {
      const { namespace, name, nameField, port, portField } = backend;
      if (backend.kind !== 'Service') continue;
      if (lookupBackend(mesh, backend, resource).state === 'missing') {
        report(nameField, 'backend', { ...words, namespace, name }, { severity: 'error' });
        continue;
      }
      const found = mesh.service(namespace, name);
      if (found.state !== 'found' || port === undefined) continue;
      const ports = found.value.flatMap((service) => service.ports);
      const sure = found.value.every((one) => one.ports.length > 0 && one.ports.every((p) => p.number !== undefined));
      if (!sure || ports.some(({ number }) => number === port)) continue;
      const known = ` (it has ${listText([...new Set(ports.map(({ number }) => String(number)))]).replaceAll('"', '')})`;
      report(portField, 'port', { ...words, service: `Service ${namespace}/${name}`, port, known });
    }
  },
});
