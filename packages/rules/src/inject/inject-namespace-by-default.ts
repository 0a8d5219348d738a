import { DATAPLANE_KEY, defineRule } from '@meshvet/core';

export const injectNamespaceByDefault = defineRule({
  meta: {
    id: 'inject-namespace-by-default',
    summary: 'The pods of a Namespace get sidecars only because the installation injects by default.',
    why: 'With enableNamespacesByDefault the manifests alone do not tell that these pods are in the mesh, and in a cluster without the setting they are not.',
    fix: 'Label it istio-injection: enabled, or disabled if its pods do not belong in the mesh.',
    severity: 'info',
    advice: true,
    about: 'istio',
    subject: 'namespace',
    codes: ['IST0148'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/injection/injection.go',
      'istio/istio manifests/charts/istio-control/istio-discovery/values.yaml (enableNamespacesByDefault)',
    ],
    messages: {
      byDefault: 'Namespace {namespace} has no label of the mesh, but {why}, so its pods get a sidecar.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the installation decides',
        yaml: `
          apiVersion: install.istio.io/v1alpha1
          kind: IstioOperator
          metadata: { name: istio, namespace: istio-system }
          spec:
            values: { sidecarInjectorWebhook: { enableNamespacesByDefault: true } }
          ---
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop #~ byDefault \`shop\`
        `,
      },
    ],
    good: [
      {
        title: 'the namespace says it itself',
        yaml: `
          apiVersion: install.istio.io/v1alpha1
          kind: IstioOperator
          metadata: { name: istio, namespace: istio-system }
          spec:
            values: { sidecarInjectorWebhook: { enableNamespacesByDefault: true } }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
        `,
      },
    ],
  },
  check({ subject: namespace, mesh, report }) {
    const { resource, name } = namespace;
    const { rootNamespace, enableNamespacesByDefault } = mesh.installation;
    if (name === '' || name === rootNamespace.value || resource.rewrites?.name) return;
    if (!resource.labels.lacks(DATAPLANE_KEY)) return;
    const { outcome, cause } = mesh.injectionIn(namespace);
    if (outcome !== 'injected' || cause !== 'by-default') return;
    const { source = 'the config', field } = enableNamespacesByDefault;
    const why = `the installation injects by default (${source})`;
    const related = field ? [{ at: field, note: 'enableNamespacesByDefault' }] : [];
    report(resource.body.at('metadata').at('name'), 'byDefault', { namespace: name, why }, { related });
  },
});
