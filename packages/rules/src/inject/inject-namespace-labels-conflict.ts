import { DATAPLANE_KEY, defineRule, INJECTION_KEY, REVISION_KEY } from '@meshvet/core';

export const injectNamespaceLabelsConflict = defineRule({
  meta: {
    id: 'inject-namespace-labels-conflict',
    summary: 'A Namespace carries more than one of the labels that bring pods into the mesh.',
    why: 'Only one of them can win: istio-injection beats istio.io/rev, and a sidecar beats ambient mode, so the others have no effect.',
    fix: 'Keep the label that is meant and remove the others.',
    severity: 'warning',
    about: 'istio',
    subject: 'namespace',
    codes: ['IST0123'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/injection/injection.go',
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'istio.io: Add workloads to the mesh (ambient)',
    ],
    messages: {
      revisionIgnored:
        'Namespace {namespace}: label istio.io/rev={revision} is ignored, because istio-injection is there too and wins.',
      ambientIgnored:
        'Namespace {namespace}: {winner} asks for sidecars, and a pod with a sidecar is left out of ambient mode, so istio.io/dataplane-mode=ambient has no effect on it.',
      bothIgnored:
        'Namespace {namespace}: istio-injection=enabled wins, so istio.io/rev={revision} and istio.io/dataplane-mode=ambient have no effect.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the revision is ignored',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio-injection: enabled
              istio.io/rev: canary #~ revisionIgnored \`canary\`
        `,
      },
      {
        title: 'sidecars and ambient mode',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio.io/rev: canary
              istio.io/dataplane-mode: ambient #~ ambientIgnored \`ambient\`
        `,
      },
    ],
    good: [
      {
        title: 'one label',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/rev: canary } }
        `,
      },
    ],
  },
  check({ subject: namespace, mesh, report }) {
    const { labels } = namespace.resource;
    if ([INJECTION_KEY, REVISION_KEY, DATAPLANE_KEY].some((key) => labels.mayChange(key))) return;
    const injection = labels.get(INJECTION_KEY);
    // With another value istio-injection keeps sidecars out, and then istioctl too counts only that one.
    if (labels.has(INJECTION_KEY) && injection !== 'enabled') return;
    const revision = labels.get(REVISION_KEY);
    // Read since 1.18; `none` asks for nothing.
    const ambient = labels.get(DATAPLANE_KEY) === 'ambient' && mesh.istioAtLeast('1.18');
    // istioctl says nothing of istio-system.
    const codes = namespace.name === 'istio-system' ? { codes: [] } : {};
    const winner = labels.at(injection === undefined ? REVISION_KEY : INJECTION_KEY);
    const related = [{ at: winner, note: 'this one wins' }];
    const data = { namespace: namespace.name };
    if (injection !== undefined && revision !== undefined && ambient) {
      report(labels.at(REVISION_KEY), 'bothIgnored', { ...data, revision: revision || '""' }, { related, ...codes });
    } else if (injection !== undefined && revision !== undefined) {
      report(
        labels.at(REVISION_KEY),
        'revisionIgnored',
        { ...data, revision: revision || '""' },
        { related, ...codes },
      );
    } else if (ambient && (injection !== undefined || revision)) {
      const text = injection === undefined ? `istio.io/rev=${revision}` : 'istio-injection=enabled';
      report(labels.at(DATAPLANE_KEY), 'ambientIgnored', { ...data, winner: text }, { related, ...codes });
    }
  },
});
