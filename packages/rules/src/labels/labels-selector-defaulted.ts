import { defineRule, isPatchedAt, nameOf, type Resource } from '@meshvet/core';
import { severityForPodLabels } from '../shared/severity/label-audience.ts';

export const labelsSelectorDefaulted = defineRule({
  meta: {
    id: 'labels-selector-defaulted',
    summary: 'A workload of an old API has no selector, so all labels of its pods become its selector.',
    why: 'A label that the mesh wants, such as version, then changes the selector with every new value, and the old pods are left without an owner.',
    fix: 'Write spec.selector.matchLabels with the labels that identify the application, and move to apps/v1, which demands it.',
    severity: 'info',
    subject: 'workload',
    sources: ['kubernetes: Deployments, Selector', 'kubernetes: Deprecated API Migration Guide, Deployment'],
    messages: {
      defaulted:
        '{workload} ({apiVersion}) has no spec.selector, so it is made of all labels of the pod template: {labels}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a Deployment of 2018',
        yaml: `
          apiVersion: extensions/v1beta1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec: #~ defaulted \`spec\`
            template:
              metadata: { labels: { app: cart, version: v1 } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'with a selector; apps/v1beta2 has demanded one as well',
        yaml: `
          apiVersion: apps/v1beta1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, version: v1 } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: apps/v1beta2
          kind: Deployment
          metadata: { name: web, namespace: shop }
          spec:
            template:
              metadata: { labels: { app: web, version: v1 } }
              spec: { containers: [{ name: web, image: web }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podLabels } = workload;
    const selector = resource.body.at('spec').at('selector');
    if (!selectorWasDefaulted(resource) || selector.hasValue || isPatchedAt(resource, 'spec', 'selector')) return;
    const severity = severityForPodLabels(mesh, workload, 'info');
    if (!severity || podLabels.size === 0) return;
    const labels = podLabels
      .entries()
      .map(([key, value]) => `${key}=${value.text() ?? '…'}`)
      .join(', ');
    report(
      selector,
      'defaulted',
      { workload: nameOf(resource), apiVersion: resource.apiVersion, labels },
      { severity },
    );
  },
});

// apps/v1beta2 was the first API that took the default away.
function selectorWasDefaulted({ apiVersion, type }: Resource): boolean {
  if (apiVersion === 'apps/v1beta1') return type === 'apps/Deployment' || type === 'apps/StatefulSet';
  return (
    apiVersion === 'extensions/v1beta1' &&
    (type === 'apps/Deployment' || type === 'apps/DaemonSet' || type === 'apps/ReplicaSet')
  );
}
