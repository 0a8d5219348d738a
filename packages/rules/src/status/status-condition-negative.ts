import { defineRule, type Field, nameOf } from '@meshvet/core';

export const statusConditionNegative = defineRule({
  meta: {
    id: 'status-condition-negative',
    summary: 'The status of an object, as it was read from a cluster, says that Istio did not take it up.',
    why: 'The object stands in the cluster and does nothing, or does a part of what is written.',
    fix: 'Read the reason and the message of the condition; they come from the controller itself.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    types: [
      'Service',
      'networking.istio.io/ServiceEntry',
      'networking.istio.io/WorkloadEntry',
      'security.istio.io/AuthorizationPolicy',
      'gateway.networking.k8s.io/Gateway',
      'gateway.networking.k8s.io/HTTPRoute',
      'gateway.networking.k8s.io/GRPCRoute',
    ],
    codes: ['IST0171'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/conditions/conditions.go',
      'gateway-api.sigs.k8s.io/reference/spec/#gateway.networking.k8s.io/v1.RouteConditionType',
    ],
    messages: {
      negative: '{object} says {type}: {status}, because of {reason}{text}.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec: { gatewayClassName: istio, listeners: [] }
          status:
            conditions:
              - type: Programmed
                status: "False" #~ negative \`"False"\`
                reason: AddressNotAssigned
                message: Assigned to service, but no address
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec: { gatewayClassName: istio, listeners: [] }
          status: { conditions: [{ type: Programmed, status: "True", reason: Programmed }] }
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    const types = TYPES[resource.type];
    const status = resource.body.at('status');
    if (!types || !status.isMapping) return;
    const lists = ROUTES.has(resource.type)
      ? (status.at('parents').items() as Field[]).map((parent) => parent.at('conditions'))
      : [status.at('conditions')];
    for (const condition of lists.slice(0, MOST).flatMap((list) => (list.items() as Field[]).slice(0, MOST))) {
      const type = condition.at('type').string();
      const value = condition.at('status').text();
      const reason = condition.at('reason').string() || 'no reason that it tells';
      if (type === undefined || value === undefined || !types.includes(type)) continue;
      const partly =
        resource.kind === 'AuthorizationPolicy' && type === 'WaypointAccepted' && reason === 'PartiallyInvalid';
      if (value.toLowerCase() !== 'false' && !partly) continue;
      const message = condition
        .at('message')
        .string()
        ?.replace(/\s+/g, ' ')
        .replace(/\.?\s*$/, '');
      report(condition.at('status'), 'negative', {
        object: nameOf(resource),
        type,
        status: value,
        reason,
        text: message ? ` (${message})` : '',
      });
    }
  },
});

const MOST = 100;

const OF_ROUTES = ['Accepted', 'Programmed', 'ResolvedRefs'];

const TYPES: Readonly<Record<string, readonly string[]>> = {
  Service: ['istio.io/WaypointBound'],
  'networking.istio.io/ServiceEntry': ['istio.io/WaypointBound'],
  'networking.istio.io/WorkloadEntry': ['istio.io/WaypointBound'],
  'security.istio.io/AuthorizationPolicy': ['ZtunnelAccepted', 'WaypointAccepted'],
  'gateway.networking.k8s.io/Gateway': OF_ROUTES,
  'gateway.networking.k8s.io/HTTPRoute': OF_ROUTES,
  'gateway.networking.k8s.io/GRPCRoute': OF_ROUTES,
};

const ROUTES: ReadonlySet<string> = new Set([
  'gateway.networking.k8s.io/HTTPRoute',
  'gateway.networking.k8s.io/GRPCRoute',
]);
