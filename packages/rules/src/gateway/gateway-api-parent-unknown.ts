import {
  defineRule,
  didYouMean,
  GATEWAY_ROUTE_TYPES,
  KUBERNETES_GATEWAY_TYPES,
  type KubernetesGateway,
  kubernetesGateways,
  kubernetesGatewayToJudge,
  lookupBackend,
  lookupKubernetesGateway,
  lookupServiceEntry,
  type Mesh,
  nameOf,
  namesakeElsewhere,
  type ParentReference,
  parentOfListenerSet,
  type Resource,
  routeToJudge,
} from '@meshvet/core';
import { parentText } from '../shared/words/gateway-api-words.ts';

export const gatewayApiParentUnknown = defineRule({
  meta: {
    id: 'gateway-api-parent-unknown',
    summary: 'A route or a ListenerSet of the Gateway API names a parent that does not exist.',
    why: 'A route without a parent is not accepted and routes nothing: requests for its hosts get 404, or go where they went without it.',
    fix: 'Write name and namespace of a Gateway, or of a Service for routes inside the mesh; what lives elsewhere belongs under externals in the config.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: [...GATEWAY_ROUTE_TYPES, ...KUBERNETES_GATEWAY_TYPES],
    codes: ['KIA1401', 'KIA1402'],
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#parentreference',
      'gateway-api.sigs.k8s.io/reference/spec/#parentgatewayreference',
      'istio/istio pilot/pkg/config/kube/gateway/conversion.go (referenceAllowed)',
      'kiali business/checkers/k8shttproutes/no_k8sgateway_checker.go',
    ],
    messages: {
      gateway: '{route}: its parent {parent} does not exist, so the route is attached to nothing there.',
      namespace:
        '{route}: its parent has no namespace, so it is {parent}; the {kind} of that name is in namespace {other}.',
      listenerSet: '{set}: its parent {parent} does not exist, so none of its listeners is there.',
      service: '{route}: its parent {parent} does not exist, so no traffic follows the route.',
      dotted: '{route}: "{name}" is no name of a Service; write "{short}", and the namespace beside it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the Gateway is called otherwise, and a name without a namespace is one of its own',
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
            parentRefs:
              - name: fornt #~ gateway \`fornt\`
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
      {
        title: 'the Gateway is in another namespace, and the namespace of a parent is that of the route',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            listeners: [{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs:
              - name: front #~ namespace
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
      {
        title: 'a Service by its full name, in a route inside the mesh',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs:
              - group: ""
                kind: Service
                name: cart.shop.svc.cluster.local #~ dotted
            rules: [{ backendRefs: [{ name: cart-v2, port: 80 }] }]
        `,
      },
    ],
    good: [
      {
        title: 'by name, and with the namespace of another',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            listeners: [{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: front, namespace: edge }]
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const set = kubernetesGatewayToJudge(mesh, resource);
    const above = set && parentOfListenerSet(set);
    if (above) {
      const words = { set: nameOf(resource), parent: parentText(above) };
      const named = isMissing(mesh, above, resource) ? undefined : namesakeElsewhere(mesh, above, resource);
      if (named) reportNamespace(above, named);
      else if (isMissing(mesh, above, resource))
        report(above.nameField, 'listenerSet', words, { codes: [], ...fixOf(likelyGateway(mesh, above)) });
    }
    const route = routeToJudge(mesh, resource);
    for (const parent of route?.parents ?? []) {
      const words = { route: nameOf(resource), parent: parentText(parent) };
      if (parent.kind === 'Service' && parent.name.includes('.')) {
        const short = parent.name.slice(0, parent.name.indexOf('.'));
        report(parent.nameField, 'dotted', { route: words.route, name: parent.name, short }, { codes: ['KIA1402'] });
        continue;
      }
      if (!isMissing(mesh, parent, resource)) {
        const named = namesakeElsewhere(mesh, parent, resource);
        if (named) reportNamespace(parent, named);
        continue;
      }
      if (parent.kind === 'Gateway' || parent.kind === 'ListenerSet') {
        const likely = likelyGateway(mesh, parent);
        const codes = parent.kind === 'Gateway' ? ['KIA1401'] : [];
        report(parent.nameField, 'gateway', words, { codes, ...fixOf(likely) });
      } else report(parent.nameField, 'service', words, { codes: parent.kind === 'Service' ? ['KIA1402'] : [] });
    }

    function reportNamespace(parent: ParentReference, { resource: there }: KubernetesGateway): void {
      const { namespace: other = '', kind } = there;
      const words = { route: nameOf(resource), parent: parentText(parent), kind, other };
      const related = [{ at: there.body.at('metadata').at('namespace'), note: nameOf(there) }];
      const codes = parent.kind === 'Gateway' ? ['KIA1401'] : [];
      const fix = `Write "namespace: ${other}" beside the name.`;
      report(parent.nameField, 'namespace', words, { severity: 'warning', codes, related, fix });
    }
  },
});

function fixOf(fix: string | undefined) {
  return fix === undefined ? {} : { fix };
}

const MOST = 200;

function isMissing(mesh: Mesh, parent: ParentReference, asker: Resource): boolean {
  if (parent.kind === 'Service') return lookupBackend(mesh, { ...parent, kind: 'Service' }, asker).state === 'missing';
  if (parent.kind === 'ServiceEntry') return lookupServiceEntry(mesh, parent).state === 'missing';
  return lookupKubernetesGateway(mesh, parent, asker).state === 'missing';
}

// The same name in another namespace, or a like name in this one.
function likelyGateway(mesh: Mesh, { kind, namespace, name }: ParentReference): string | undefined {
  const all = mesh.derive(kubernetesGateways).slice(0, MOST);
  const far = all.find((g) => g.kind === kind && g.resource.name === name);
  if (far) return `Did you mean the one of namespace "${far.resource.namespace}"?`;
  const names = all.filter((g) => g.kind === kind && g.resource.namespace === namespace).map((g) => g.resource.name);
  const meant = didYouMean(name, names);
  return meant === undefined ? undefined : `Did you mean "${meant}"?`;
}
