import {
  defineRule,
  isServedByIstio,
  KUBERNETES_GATEWAY_TYPES,
  kubernetesGatewayToJudge,
  lookupKubernetesGateway,
  nameOf,
  parentOfListenerSet,
  surelyMeets,
  takesListenerSet,
} from '@meshvet/core';

export const gatewayApiListenerSetRefused = defineRule({
  meta: {
    id: 'gateway-api-listener-set-refused',
    summary: 'A Gateway does not take the ListenerSet that is written for it.',
    why: 'A Gateway takes listeners of others only from the namespaces that its allowedListeners names, by default from none; nothing listens for the others, and routes attached to them get no traffic.',
    fix: 'Write allowedListeners.namespaces.from on the Gateway, Same, All or Selector, so that it takes the namespace of the ListenerSet.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: KUBERNETES_GATEWAY_TYPES,
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#allowedlisteners',
      'istio/istio pilot/pkg/config/kube/gatewaycommon/gateway_utils.go (NamespaceAcceptedByAllowListeners)',
      'istio/istio pilot/pkg/config/kube/gatewaycommon/classinfo.go (SupportsListenerSet)',
    ],
    messages: {
      none: '{set}: {gateway} takes no ListenerSet: it has {written}, so none of the listeners is there.',
      namespace:
        '{set}: allowedListeners of {gateway} does not take namespace {namespace}, so none of the listeners is there.',
      class: '{set}: {gateway} is of class {class}, which takes no ListenerSet; none of the listeners is there.',
      version: '{set}: Istio reads ListenerSets of gateway.networking.k8s.io since 1.30, and this is {version}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the default of a Gateway is to take none',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            listeners: [{ name: http, port: 80, protocol: HTTP }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: ListenerSet
          metadata: { name: shop, namespace: shop }
          spec:
            parentRef:
              name: front #~ none \`front\`
              namespace: edge
            listeners: [{ name: shop, port: 80, protocol: HTTP, hostname: shop.example.com }]
        `,
      },
      {
        title: 'only those beside the Gateway',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            allowedListeners: { namespaces: { from: Same } }
            listeners: [{ name: http, port: 80, protocol: HTTP }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: ListenerSet
          metadata: { name: shop, namespace: shop }
          spec:
            parentRef:
              name: front #~ namespace
              namespace: edge
            listeners: [{ name: shop, port: 80, protocol: HTTP, hostname: shop.example.com }]
        `,
      },
    ],
    good: [
      {
        title: 'its namespace is allowed by a label',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { listeners: own } }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            allowedListeners: { namespaces: { from: Selector, selector: { matchLabels: { listeners: own } } } }
            listeners: [{ name: http, port: 80, protocol: HTTP }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: ListenerSet
          metadata: { name: shop, namespace: shop }
          spec:
            parentRef: { name: front, namespace: edge }
            listeners: [{ name: shop, port: 80, protocol: HTTP, hostname: shop.example.com }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const set = kubernetesGatewayToJudge(mesh, resource);
    const parent = set && parentOfListenerSet(set);
    if (!set || !parent) return;
    const lookup = lookupKubernetesGateway(mesh, parent, resource);
    if (lookup.state !== 'found' || !lookup.value.every((g) => surelyMeets(mesh, g.resource, resource))) return;
    const [gateway] = lookup.value;
    if (!gateway) return;
    const words = { set: nameOf(resource), gateway: nameOf(gateway.resource) };
    const { className = '' } = gateway;
    if (lookup.value.every((g) => WITHOUT_SETS.has(g.className ?? ''))) {
      report(parent.nameField, 'class', { ...words, class: className });
      return;
    }
    const admissions = lookup.value.map((g) => takesListenerSet(mesh, g, set));
    const [admission] = admissions;
    if (admission?.state === 'refused' && admissions.every((a) => a.state === 'refused')) {
      const at = admission.field.exists ? admission.field : gateway.spec;
      const related = [{ at, note: `what ${nameOf(gateway.resource)} allows` }];
      if (admission.why === 'namespace')
        report(parent.nameField, 'namespace', { ...words, namespace: resource.namespace ?? '' }, { related });
      else {
        const written = admission.field.exists ? 'allowedListeners None' : 'no allowedListeners';
        report(parent.nameField, 'none', { ...words, written }, { related });
      }
    } else if (resource.kind === 'ListenerSet' && !mesh.istioAtLeast('1.30') && isServedByIstio(mesh, className)) {
      report(parent.nameField, 'version', { set: words.set, version: mesh.settings.istioVersion.join('.') });
    }
  },
});

// Of Istio's classes; of others nobody knows.
const WITHOUT_SETS: ReadonlySet<string> = new Set([
  'istio-waypoint',
  'istio-remote',
  'istio-east-west',
  'istio-agentgateway-waypoint',
]);
