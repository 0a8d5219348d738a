import {
  defineRule,
  GATEWAY_ROUTE_TYPES,
  type HostTarget,
  lookupBackend,
  type Mesh,
  nameOf,
  type ParentReference,
  type Resource,
  refusedParents,
  routeToJudge,
  surelyMeets,
} from '@meshvet/core';
import { listenersOf, listenersText, parentText } from '../shared/words/gateway-api-words.ts';

export const gatewayApiParentListenerUnknown = defineRule({
  meta: {
    id: 'gateway-api-parent-listener-unknown',
    summary: 'A route of the Gateway API names a listener or a port that its parent does not have.',
    why: 'A route attaches only to listeners that meet both sectionName and port, so this one is not accepted there and routes nothing.',
    fix: 'Write the name of a listener of the Gateway as sectionName and its port as port, or leave both out to attach to all listeners.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: GATEWAY_ROUTE_TYPES,
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#parentreference',
      'istio/istio pilot/pkg/config/kube/gateway/conversion.go (referenceAllowed)',
    ],
    messages: {
      section: '{route}: {parent} has no listener "{section}", but {listeners}; the route is not attached.',
      port: '{route}: port {port} is none of {listeners} of {parent}; the route is not attached.',
      servicePort: '{route}: {parent} has no port {port}, but {ports}; no traffic follows the route.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a listener that is called otherwise, and a port that is not its own',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners:
              - { name: http, port: 80, protocol: HTTP }
              - { name: admin, port: 8080, protocol: HTTP }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs:
              - name: front
                sectionName: https #~ section \`https\`
              - name: front
                sectionName: admin
                port: 80 #~ port \`80\`
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
      {
        title: 'a port of the pods in place of a port of the Service',
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
            parentRefs:
              - group: ""
                kind: Service
                name: cart
                port: 8080 #~ servicePort
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
    ],
    good: [
      {
        title: 'name and port of one listener',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners: [{ name: http, port: 80, protocol: HTTP }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: front, sectionName: http, port: 80 }]
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const route = routeToJudge(mesh, resource);
    if (!route) return;
    for (const { parent, gateway, attachment } of refusedParents(mesh, route)) {
      const words = {
        route: nameOf(resource),
        parent: parentText(parent),
        listeners: listenersText(attachment.listeners),
      };
      const related = [listenersOf(gateway)];
      if (attachment.why === 'section' && parent.sectionName)
        report(parent.sectionField, 'section', { ...words, section: parent.sectionName }, { related });
      if (attachment.why === 'port' && parent.port !== undefined)
        report(parent.portField, 'port', { ...words, port: parent.port }, { related });
    }
    for (const parent of route.parents) {
      if (parent.kind !== 'Service' || parent.port === undefined) continue;
      const targets = settledServices(mesh, parent, resource);
      const [target] = targets;
      if (!target || targets.some((t) => t.ports.some((p) => p.number === parent.port))) continue;
      const ports = target.ports
        .slice(0, 6)
        .map((p) => p.number)
        .join(', ');
      report(
        parent.portField,
        'servicePort',
        { route: nameOf(resource), parent: parentText(parent), port: parent.port, ports },
        {
          related: [
            { at: target.resource.body.at('spec').at('ports'), note: `the ports of ${nameOf(target.resource)}` },
          ],
        },
      );
    }
  },
});

// The manifests of a Service, where all of them tell their ports.
function settledServices(mesh: Mesh, parent: ParentReference, asker: Resource): readonly HostTarget[] {
  const lookup = lookupBackend(mesh, { ...parent, kind: 'Service' }, asker);
  if (lookup.state !== 'found') return [];
  const services = lookup.value.filter((t) => t.service !== undefined);
  const sure = services.every((t) => t.portsKnown && t.ports.length > 0 && surelyMeets(mesh, t.resource, asker));
  return sure ? services : [];
}
