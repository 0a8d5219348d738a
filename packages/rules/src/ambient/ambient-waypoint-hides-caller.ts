import { defineRule, hiddenCaller, nameOf } from '@meshvet/core';

export const ambientWaypointHidesCaller = defineRule({
  meta: {
    id: 'ambient-waypoint-hides-caller',
    summary:
      'An ALLOW policy by the principal of a caller selects pods behind a waypoint, and does not let the waypoint in.',
    why: 'What calls the Service comes to the pods through the waypoint, and ztunnel sees the identity of the waypoint: the caller that is named never arrives, and all calls to the Service are refused.',
    fix: 'Name the Service in targetRefs, so that the waypoint checks the caller, or allow the principal of the waypoint as well.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: ['security.istio.io/AuthorizationPolicy'],
    since: '1.22',
    sources: [
      'istio.io: Use Layer 7 features (ambient, targeting policies)',
      'istio/istio pilot/pkg/config/kube/gateway/deploymentcontroller.go',
    ],
    messages: {
      caller:
        '{policy} allows {principal}, and {caller} calls {called} through waypoint {waypoint}; ztunnel sees the waypoint as the caller, and nothing allows {instead}, so these calls are refused.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the caller comes through the waypoint of the namespace',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: waypoint, namespace: shop }
          spec:
            gatewayClassName: istio-waypoint
            listeners: [{ name: mesh, port: 15008, protocol: HBONE }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: web, namespace: shop }
          spec:
            selector: { matchLabels: { app: web } }
            template:
              metadata: { labels: { app: web } }
              spec: { serviceAccountName: web, containers: [{ name: web, image: web }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            rules:
              - from:
                  - source:
                      principals:
                        - cluster.local/ns/shop/sa/web #~ caller
        `,
      },
    ],
    good: [
      {
        title: 'the waypoint checks the caller',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            targetRefs: [{ kind: Service, group: "", name: cart }]
            rules:
              - from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const hidden = hiddenCaller(mesh, resource);
    if (!hidden) return;
    const { principal, field, caller, called, waypoint, instead } = hidden;
    report(
      field,
      'caller',
      {
        policy: nameOf(resource),
        principal,
        caller: nameOf(caller.resource),
        called: nameOf(called.resource),
        waypoint: `${waypoint.resource.namespace ?? ''}/${waypoint.resource.name}`,
        instead,
      },
      { related: [{ at: waypoint.resource.body.at('metadata').at('name'), note: 'the waypoint before the pods' }] },
    );
  },
});
