import { defineRule, nameOf, waypointBypasses } from '@meshvet/core';

export const ambientIngressBypass = defineRule({
  meta: {
    id: 'ambient-ingress-bypass',
    summary: 'A policy is attached to a Service at its waypoint, and a gateway sends to the Service past the waypoint.',
    why: 'Gateways send to the pods and not to the waypoint, where the policy is checked: what comes from outside is let in without it.',
    fix: 'Label the Service or its Namespace istio.io/ingress-use-waypoint: "true", or attach the policy to the Gateway as well.',
    severity: 'warning',
    subject: 'resource',
    judgedAround: true,
    types: ['security.istio.io/AuthorizationPolicy', 'security.istio.io/RequestAuthentication'],
    since: '1.22',
    sources: [
      'istio/istio pilot/pkg/serviceregistry/kube/controller/ambient/services.go (ingressUseWaypointFromLabels)',
      'istio/api label/labels.yaml (istio.io/ingress-use-waypoint)',
    ],
    messages: {
      past: '{policy} is checked at waypoint {waypoint} of {service}, and {route} lets a gateway send there past the waypoint: neither the Service nor its Namespace has label istio.io/ingress-use-waypoint.',
    },
  },
  examples: {
    bad: [
      {
        title: 'read-only within the mesh, and open from outside',
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
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: edge, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners: [{ name: web, port: 80, protocol: HTTP }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: edge }]
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: read, namespace: shop }
          spec:
            targetRefs:
              - { kind: Service, group: "", name: cart } #~ past
            rules: [{ to: [{ operation: { methods: [GET] } }] }]
        `,
      },
    ],
    good: [
      {
        title: 'gateways send to the waypoint, too',
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
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: edge, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners: [{ name: web, port: 80, protocol: HTTP }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop, labels: { istio.io/ingress-use-waypoint: "true" } }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: edge }]
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: read, namespace: shop }
          spec:
            targetRefs: [{ kind: Service, group: "", name: cart }]
            rules: [{ to: [{ operation: { methods: [GET] } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    for (const { field, service, waypoint, route } of waypointBypasses(mesh, resource)) {
      const data = {
        policy: nameOf(resource),
        service: nameOf(service),
        waypoint: `${waypoint.namespace ?? ''}/${waypoint.name}`,
        route: nameOf(route),
      };
      const related = [{ at: route.body.at('metadata').at('name'), note: 'sends to the Service from a gateway' }];
      report(field, 'past', data, { related });
    }
  },
});
