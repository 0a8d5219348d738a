import { defineRule, formatVersion, INJECTION_KEY, ignoredNamespaces, REVISION_KEY } from '@meshvet/core';

export const injectSystemNamespace = defineRule({
  meta: {
    id: 'inject-system-namespace',
    summary: 'A namespace that the injector never touches is labelled for injection.',
    why: 'The injector refuses pods of these namespaces whatever the labels say, yet the webhook is asked about every one of them, and when it does not answer the pods of the cluster itself cannot start.',
    fix: 'Remove the label.',
    severity: 'warning',
    about: 'istio',
    subject: 'namespace',
    sources: ['istio/istio pkg/kube/inject/inject.go (IgnoredNamespaces)'],
    messages: {
      ignored:
        'Namespace {namespace}: label {label} has no effect, because Istio {version} never injects pods of {namespace}; it only makes the webhook stand in the way of every pod created there.',
    },
  },
  examples: {
    bad: [
      {
        title: 'kube-system is never injected',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: kube-system
            labels:
              istio-injection: enabled #~ ignored \`enabled\`
        `,
      },
    ],
    good: [
      {
        title: 'disabled keeps even the webhook away',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: kube-system, labels: { istio-injection: disabled } }
        `,
      },
    ],
  },
  check({ subject: namespace, mesh, report }) {
    const { labels, rewrites } = namespace.resource;
    if (
      !ignoredNamespaces(mesh.settings).has(namespace.name) ||
      rewrites?.name ||
      labels.mayChange(INJECTION_KEY) ||
      labels.mayChange(REVISION_KEY)
    )
      return;
    const data = { namespace: namespace.name, version: formatVersion(mesh.settings.istioVersion) };
    const revision = labels.get(REVISION_KEY);
    if (labels.get(INJECTION_KEY) === 'enabled') {
      report(labels.at(INJECTION_KEY), 'ignored', { ...data, label: `${INJECTION_KEY}=enabled` });
    } else if (revision && !labels.has(INJECTION_KEY) && mesh.istioAtLeast('1.6')) {
      report(labels.at(REVISION_KEY), 'ignored', { ...data, label: `${REVISION_KEY}=${revision}` });
    }
  },
});
