import {
  CLASSES_OF_ISTIO,
  defineRule,
  KUBERNETES_GATEWAY_TYPES,
  kubernetesGatewayToJudge,
  nameOf,
} from '@meshvet/core';
import { quoted } from '../shared/words/route-words.ts';

export const gatewayApiClassUnknown = defineRule({
  meta: {
    id: 'gateway-api-class-unknown',
    summary: 'A Gateway names a GatewayClass that does not exist.',
    why: 'No controller takes up a Gateway of a class that nobody has, so nothing listens and nothing is deployed.',
    fix: 'Write the name of a GatewayClass: istio for a gateway of Istio, istio-waypoint for a waypoint.',
    severity: 'error',
    subject: 'resource',
    types: KUBERNETES_GATEWAY_TYPES,
    codes: ['KIA1504'],
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#gatewayclass',
      'istio/istio pilot/pkg/config/kube/gatewaycommon/classinfo.go',
      'kiali business/checkers/k8sgateways/gatewayclass_checker.go',
    ],
    messages: {
      unknown: '{gateway}: there is no GatewayClass "{name}", but {known}; no controller takes up the Gateway.',
    },
  },
  examples: {
    bad: [
      {
        title: 'everything was read, and no such class',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: GatewayClass
          metadata: { name: istio }
          spec: { controllerName: istio.io/gateway-controller }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: isto #~ unknown \`isto\`
            listeners: [{ name: http, port: 80, protocol: HTTP }]
        `,
      },
    ],
    good: [
      {
        title: 'the classes that istiod makes itself',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: GatewayClass
          metadata: { name: other }
          spec: { controllerName: example.com/controller }
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
  },
  check({ subject: resource, mesh, report }) {
    if (!mesh.settings.closedWorld) return;
    const name = kubernetesGatewayToJudge(mesh, resource)?.className;
    // No object can have a name with a brace: some tool of the author fills it in.
    if (!name || CLASSES_OF_ISTIO.has(name) || /[{}]/.test(name)) return;
    const classes = mesh.ofType('gateway.networking.k8s.io/GatewayClass').filter((c) => c.name !== '');
    // The charts of other controllers bring their own classes: without any at hand nobody knows.
    if (classes.length === 0 || classes.some((c) => c.name === name)) return;
    const known = quoted(classes.map((c) => c.name));
    const field = resource.body.at('spec').at('gatewayClassName');
    report(field, 'unknown', { gateway: nameOf(resource), name, known });
  },
});
