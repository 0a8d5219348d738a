import { defineRule, isSettled, nameOf, waypointOf } from '@meshvet/core';

export const ambientWaypointListener = defineRule({
  meta: {
    id: 'ambient-waypoint-listener',
    summary: 'A waypoint has no listener for HBONE on port 15008.',
    why: 'The ztunnel sends to port 15008 of the waypoint, and istiod makes the ports of its Service from the listeners and reports any other as unsupported: callers do not reach it.',
    fix: 'Write one listener with port 15008 and protocol HBONE.',
    severity: 'error',
    subject: 'resource',
    types: ['gateway.networking.k8s.io/Gateway'],
    since: '1.22',
    sources: [
      'istio/istio pilot/pkg/config/kube/gateway/conversion.go (unexpectedWaypointListener)',
      'istio.io: Configure waypoint proxies',
    ],
    messages: {
      missing:
        '{gateway} is a waypoint without a listener of port 15008 and protocol HBONE ({written}), so ztunnel does not reach it.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: waypoint, namespace: shop }
          spec:
            gatewayClassName: istio-waypoint
            listeners: #~ missing
              - { name: mesh, port: 80, protocol: HTTP }
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: waypoint, namespace: shop }
          spec:
            gatewayClassName: istio-waypoint
            listeners:
              - { name: mesh, port: 15008, protocol: HBONE }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const waypoint = waypointOf(mesh, resource);
    if (!waypoint?.settled || waypoint.listener || !isSettled(resource)) return;
    const listeners = resource.body.at('spec').at('listeners');
    const items = listeners.items();
    // Without any the schema of the Gateway API speaks.
    if (items.length === 0) return;
    const written = items
      .slice(0, 3)
      .map((l) => `${l.at('protocol').text()} on ${l.at('port').number()}`)
      .join(', ');
    report(listeners, 'missing', { gateway: nameOf(resource), written });
  },
});
