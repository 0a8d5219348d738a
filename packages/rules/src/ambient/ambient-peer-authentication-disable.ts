import { coveredPods, defineRule, type Field, isPatchedAt, labelSelector, nameOf } from '@meshvet/core';

export const ambientPeerAuthenticationDisable = defineRule({
  meta: {
    id: 'ambient-peer-authentication-disable',
    summary: 'A PeerAuthentication sets mode DISABLE for pods in ambient mode.',
    why: 'The ztunnel knows STRICT and everything else: DISABLE is read as PERMISSIVE, and callers in ambient mode go on with mutual TLS.',
    fix: 'Write PERMISSIVE, or take the pods out of ambient mode with istio.io/dataplane-mode: none where plain text is needed.',
    severity: 'info',
    strict: 'warning',
    subject: 'resource',
    types: ['security.istio.io/PeerAuthentication'],
    since: '1.18',
    sources: [
      'istio/istio pilot/pkg/serviceregistry/kube/controller/ambient/authorization.go (convertedSelectorPeerAuthentications)',
    ],
    messages: {
      disable: '{policy}: mode DISABLE is read as PERMISSIVE, since the pods that it is for are in ambient mode.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
          ---
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec:
            mtls:
              mode: DISABLE #~ disable
        `,
      },
    ],
    good: [
      {
        title: 'sidecars read all modes',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec:
            mtls:
              mode: DISABLE
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.partial || isPatchedAt(resource, 'spec')) return;
    const spec = resource.body.at('spec');
    const modes = [
      spec.at('mtls'),
      ...spec
        .at('portLevelMtls')
        .entries()
        .map(([, field]) => field),
    ].slice(0, 100);
    const disabled = (modes as Field[]).map((m) => m.at('mode')).filter((mode) => mode.text() === 'DISABLE');
    if (disabled.length === 0) return;
    const selector = spec.at('selector');
    if (selector.hasValue && !selector.isMapping) return;
    const selects = selector.at('matchLabels').entries().length > 0 ? labelSelector(selector) : undefined;
    // The root namespace speaks of pods that nobody has read.
    if (resource.namespace === mesh.installation.rootNamespace.value || !coveredPods(mesh, resource, selects)) return;
    for (const mode of disabled) report(mode, 'disable', { policy: nameOf(resource) });
  },
});
