import { defineRule, KUBERNETES_GATEWAY_TYPES, kubernetesGatewayToJudge, listenerFaults, nameOf } from '@meshvet/core';

export const gatewayApiListenerUnsupported = defineRule({
  meta: {
    id: 'gateway-api-listener-unsupported',
    summary: 'A listener of the Gateway API asks for something that Istio or its protocol does not have.',
    why: 'The API server takes any protocol, kind and reference; what the controller does not know is refused in the status alone: the listener is not programmed, or takes fewer routes than it says.',
    fix: 'Write a protocol in capitals (HTTP, HTTPS, TLS, TCP), the kinds of routes that it has, and Secrets as certificates.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: KUBERNETES_GATEWAY_TYPES,
    sources: [
      'istio/istio pilot/pkg/config/kube/gateway/conversion.go (listenerProtocolToIstio, buildTLS, buildSecretReference)',
      'istio/istio pilot/pkg/config/kube/gatewaycommon/conversion.go (GenerateGatewaySupportedKinds)',
      'kubernetes-sigs/gateway-api apis/v1/gateway_types.go (AllowedRoutes.Kinds)',
      'istio.io: 1.27 change notes (several server certificates)',
    ],
    messages: {
      protocol: '{gateway}: Istio knows no protocol {protocol}, so the listener "{name}" is not there.',
      kind: '{gateway}: allowedRoutes of "{name}" has {route}, and a listener of protocol {protocol} takes {taken}.',
      certificate: '{gateway}: "{name}" takes its certificate from {written}; Istio takes Secrets alone.',
      tls: '{gateway}: "{name}" is {protocol} and has no tls, so it is not there.',
      certificates:
        '{gateway}: "{name}" has more than {most} certificates, which is all that this Istio takes; the listener has none.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a protocol in small letters, and routes that bytes do not have',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners:
              - name: web
                port: 80
                protocol: http #~ protocol \`http\`
              - name: bytes
                port: 9000
                protocol: TCP
                allowedRoutes:
                  kinds:
                    - kind: HTTPRoute #~ kind \`HTTPRoute\`
        `,
      },
    ],
    good: [
      {
        title: 'what each protocol has',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners:
              - { name: web, port: 80, protocol: HTTP, allowedRoutes: { kinds: [{ kind: HTTPRoute }, { kind: GRPCRoute }] } }
              - { name: bytes, port: 9000, protocol: TCP, allowedRoutes: { kinds: [{ kind: TCPRoute }] } }
              - { name: tls, port: 443, protocol: TLS, tls: { mode: Passthrough }, allowedRoutes: { kinds: [{ kind: TLSRoute }] } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const gateway = kubernetesGatewayToJudge(mesh, resource);
    for (const fault of gateway ? listenerFaults(mesh, gateway) : []) {
      const { listener, field } = fault;
      const words = { gateway: nameOf(resource), name: listener.name ?? '' };
      switch (fault.kind) {
        case 'protocol': {
          const fix = fault.meant === undefined ? {} : { fix: `Write "${fault.meant}".` };
          report(field, 'protocol', { ...words, protocol: fault.protocol }, fix);
          break;
        }
        case 'kind': {
          const taken = fault.taken.join(' and ');
          const severity = 'warning';
          report(
            field,
            'kind',
            { ...words, route: fault.route, protocol: listener.protocol ?? '', taken },
            { severity },
          );
          break;
        }
        case 'certificate':
          report(field, 'certificate', { ...words, written: fault.written });
          break;
        case 'tls':
          report(field, 'tls', { ...words, protocol: listener.protocol ?? '' });
          break;
        case 'certificates':
          report(field, 'certificates', { ...words, most: fault.most });
      }
    }
  },
});
