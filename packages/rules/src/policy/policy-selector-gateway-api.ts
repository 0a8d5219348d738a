import {
  defineRule,
  endpointsSelected,
  type Mesh,
  nameOf,
  type PolicySelection,
  selectionToJudge,
} from '@meshvet/core';

export const policySelectorGatewayApi = defineRule({
  meta: {
    id: 'policy-selector-gateway-api',
    summary: 'A policy selects the pods of a Gateway of the Gateway API by their labels.',
    why: 'A waypoint reads no selectors, so the policy holds for nothing there; other gateways read them only while istiod is told to.',
    fix: 'Write targetRefs with the Gateway in the place of the selector.',
    severity: 'warning',
    subject: 'resource',
    types: [
      'extensions.istio.io/WasmPlugin',
      'security.istio.io/AuthorizationPolicy',
      'security.istio.io/RequestAuthentication',
      'telemetry.istio.io/Telemetry',
    ],
    codes: ['IST0166'],
    since: '1.22',
    sources: [
      'istio.io/docs/reference/config/type/workload-selector/#PolicyTargetReference',
      'istio/istio pilot/pkg/model/policyattachment.go',
      'istio/istio pilot/pkg/features: ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY',
      'istio/istio pkg/config/analysis/analyzers/k8sgateway/workloadselector.go',
    ],
    messages: {
      waypoint:
        '{policy} selects the waypoint {gateway} by labels, which waypoints do not read; write it into targetRefs.',
      gateway:
        '{policy} selects Gateway {gateway} by labels of its pods; write it into targetRefs, which hold under every setting.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a waypoint reads no selectors',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: only-get, namespace: shop }
          spec:
            selector:
              matchLabels:
                gateway.networking.k8s.io/gateway-name: waypoint #~ waypoint \`waypoint\`
            rules: [{ to: [{ operation: { methods: [GET] } }] }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: waypoint, namespace: shop }
          spec:
            gatewayClassName: istio-waypoint
            listeners: [{ name: mesh, port: 15008, protocol: HBONE }]
        `,
      },
    ],
    good: [
      {
        title: 'attached by name',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: only-get, namespace: shop }
          spec:
            targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: waypoint }]
            rules: [{ to: [{ operation: { methods: [GET] } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (!KINDS.has(resource.type)) return;
    const selection = selectionToJudge(mesh, resource);
    if (!selection?.selector || selection.attached) return;
    for (const { gateway, waypoint, field } of gatewaysSelected(mesh, selection)) {
      report(
        field ?? selection.selector.requirements?.[0]?.field ?? selection.field,
        waypoint ? 'waypoint' : 'gateway',
        { policy: nameOf(resource), gateway },
        waypoint ? {} : { severity: 'info', advice: true },
      );
    }
  },
});

const KINDS: ReadonlySet<string> = new Set([
  'security.istio.io/AuthorizationPolicy',
  'security.istio.io/RequestAuthentication',
  'telemetry.istio.io/Telemetry',
  'extensions.istio.io/WasmPlugin',
]);

const NAME_KEY = 'gateway.networking.k8s.io/gateway-name';

/** The gateways that a selection picks: by the label that only their pods have, or by pods of a dump that carry it. */
function gatewaysSelected(mesh: Mesh, selection: PolicySelection) {
  const { resource, selector } = selection;
  const named = selector?.requirements?.find((r) => r.key === NAME_KEY);
  const [name] = named?.values ?? [];
  if (named && name !== undefined)
    return [
      { gateway: name, waypoint: mesh.derive(waypoints).has(`${resource.namespace}/${name}`), field: named.field },
    ];
  const found = new Map<string, boolean>();
  for (const { labels, resource: pod } of endpointsSelected(mesh, selection).endpoints) {
    const gateway = labels.get(NAME_KEY);
    if (gateway === undefined || pod.namespace !== resource.namespace || !mesh.together(pod, resource)) continue;
    const managed = labels.get('gateway.istio.io/managed') === 'istio.io-mesh-controller';
    found.set(gateway, managed || mesh.derive(waypoints).has(`${pod.namespace}/${gateway}`));
  }
  return [...found].sort().map(([gateway, waypoint]) => ({ gateway, waypoint, field: undefined }));
}

function waypoints(mesh: Mesh): ReadonlySet<string> {
  const gateways = mesh.ofType('gateway.networking.k8s.io/Gateway');
  const isWaypoint = (name: string | undefined) => name === 'istio-waypoint';
  return new Set(
    gateways
      .filter((g) => isWaypoint(g.body.at('spec').at('gatewayClassName').string()))
      .map((g) => `${g.namespace}/${g.name}`),
  );
}
