import { addressFaults, defineRule, KUBERNETES_GATEWAY_TYPES, kubernetesGatewayToJudge, nameOf } from '@meshvet/core';

export const gatewayApiAddressUnknown = defineRule({
  meta: {
    id: 'gateway-api-address-unknown',
    summary: 'The address of a Gateway names a Service that it cannot have, or one without the port of a listener.',
    why: 'A Gateway with a host name as address belongs to pods that somebody else deploys: those of this Service, in the namespace of the Gateway, on the ports of the Service; without them it is not programmed.',
    fix: 'Write the name of the Service of the gateway pods in the same namespace, and the ports of that Service as ports of the listeners.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: KUBERNETES_GATEWAY_TYPES,
    sources: [
      'istio.io/docs/tasks/traffic-management/ingress/gateway-api/#manual-deployment',
      'istio/istio pilot/pkg/model/push_context.go (InternalGatewayServiceAnnotation, mergeGateways)',
      'istio/istio pilot/pkg/config/kube/gatewaycommon/context.go (ResolveGatewayInstances)',
    ],
    messages: {
      missing: '{gateway}: its address is {service}, which does not exist; nothing serves its listeners.',
      namespace:
        '{gateway}: its address is {service}, and a Gateway only gets pods of a Service of its own namespace, {own}; nothing serves its listeners.',
      port: '{gateway}: {service} has no port {port}, but {ports}; nothing reaches the listener "{name}".',
    },
  },
  examples: {
    bad: [
      {
        title: 'the port of the pods in place of that of the Service',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: ingress, namespace: edge }
          spec: { selector: { istio: ingress }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            addresses: [{ type: Hostname, value: ingress.edge.svc.cluster.local }]
            listeners:
              - name: http
                port: 8080 #~ port
                protocol: HTTP
        `,
      },
      {
        title: 'the Service of another namespace',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            gatewayClassName: istio
            addresses:
              - type: Hostname
                value: ingress.edge.svc.cluster.local #~ namespace
            listeners: [{ name: http, port: 80, protocol: HTTP }]
        `,
      },
    ],
    good: [
      {
        title: 'a Service beside the Gateway, and its port',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: ingress, namespace: edge }
          spec: { selector: { istio: ingress }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            addresses: [{ type: Hostname, value: ingress }]
            listeners: [{ name: http, port: 80, protocol: HTTP }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const gateway = kubernetesGatewayToJudge(mesh, resource);
    for (const fault of gateway ? addressFaults(mesh, gateway) : []) {
      const words = { gateway: nameOf(resource), service: `Service ${fault.namespace}/${fault.name}` };
      if (fault.kind === 'port') {
        const { listener, service, ports, meant } = fault;
        const shown = ports.slice(0, 6).join(', ');
        report(
          listener.field.at('port'),
          'port',
          { ...words, port: listener.port ?? '', ports: shown, name: listener.name ?? '' },
          {
            related: [{ at: service.body.at('spec').at('ports'), note: `the ports of ${nameOf(service)}` }],
            ...(meant === undefined ? {} : { fix: `Write ${meant}, the port of the Service that leads there.` }),
          },
        );
      } else if (fault.kind === 'missing') report(fault.field, 'missing', words);
      else report(fault.field, 'namespace', { ...words, own: resource.namespace ?? '' });
    }
  },
});
