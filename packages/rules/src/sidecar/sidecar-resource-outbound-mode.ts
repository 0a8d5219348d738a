import { defineRule, isPatchedAt, nameOf } from '@meshvet/core';

export const sidecarResourceOutboundMode = defineRule({
  meta: {
    id: 'sidecar-resource-outbound-mode',
    summary: 'A Sidecar object has an outboundTrafficPolicy without a mode.',
    why: 'Without a mode it means REGISTRY_ONLY, which cuts off every host that the mesh does not know; without the whole block the default of the mesh holds.',
    fix: 'Write mode: REGISTRY_ONLY or mode: ALLOW_ANY, or take the block out.',
    severity: 'info',
    subject: 'resource',
    types: ['networking.istio.io/Sidecar'],
    codes: ['KIA1007'],
    since: '1.3',
    sources: [
      'istio.io/docs/reference/config/networking/sidecar/#OutboundTrafficPolicy',
      'istio/api networking/v1alpha3/sidecar.proto',
      'kiali business/checkers/sidecars/outbound_traffic_policy_mode.go',
    ],
    messages: {
      mode: '{sidecar}: outboundTrafficPolicy without a mode means REGISTRY_ONLY, and cuts off every host that the mesh does not know.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: shop }
          spec:
            outboundTrafficPolicy: {} #~ mode
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: shop }
          spec: { outboundTrafficPolicy: { mode: REGISTRY_ONLY } }
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    if (resource.type !== 'networking.istio.io/Sidecar' || resource.partial) return;
    const policy = resource.body.at('spec').at('outboundTrafficPolicy');
    if (!policy.isMapping || policy.at('mode').hasValue || isPatchedAt(resource, 'spec', 'outboundTrafficPolicy'))
      return;
    report(policy, 'mode', { sidecar: nameOf(resource) });
  },
});
