import { defineRule, isSettled, LINKERD_CONFIG, nameOf, podMetadataOf, WORKLOAD_TYPES } from '@meshvet/core';
import { moveEntry } from '../shared/edits/mapping-edit.ts';

const EXPORTED = 'mirror.linkerd.io/exported';
const WEBHOOKS = 'config.linkerd.io/admission-webhooks';

export const linkerdMetadataSwapped = defineRule({
  meta: {
    id: 'linkerd-metadata-swapped',
    summary:
      'A label of Linkerd stands among the annotations, an annotation among the labels, or on the workload in place of its pods.',
    why: 'Linkerd reads each of them in one place alone, so what stands in the other has no effect.',
    fix: 'Move it: exported and admission-webhooks are labels, all other settings annotations.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'resource',
    types: ['Namespace', 'Service', ...WORKLOAD_TYPES],
    sources: [
      'linkerd.io: Multi-cluster communication (exported Services are selected by label)',
      'linkerd.io: Automatic Proxy Injection (admission-webhooks is a label of namespaces)',
      'linkerd2 pkg/k8s/labels.go',
    ],
    messages: {
      label: '{resource}: {key} is a label, and has no effect among the annotations{effect}.',
      template:
        '{resource}: annotation {key} stands on the {kind} itself, where Linkerd does not read it; it belongs to the pod template, or the Namespace.',
      annotation: '{resource}: {key} is an annotation, and has no effect among the labels{place}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a Service that is to be mirrored, and a setting of the proxy',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata:
            name: pages
            namespace: web
            annotations:
              mirror.linkerd.io/exported: "true" #~ label
          spec: { selector: { app: pages }, ports: [{ port: 80 }] }
          ---
          apiVersion: v1
          kind: Namespace
          metadata:
            name: web
            annotations: { linkerd.io/inject: enabled }
            labels:
              config.linkerd.io/skip-outbound-ports: "3306" #~ annotation
        `,
      },
    ],
    good: [
      {
        title: 'each in its place',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: pages, namespace: web, labels: { mirror.linkerd.io/exported: "true" } }
          spec: { selector: { app: pages }, ports: [{ port: 80 }] }
          ---
          apiVersion: v1
          kind: Namespace
          metadata:
            name: web
            annotations: { linkerd.io/inject: enabled, config.linkerd.io/skip-outbound-ports: "3306" }
            labels: { config.linkerd.io/admission-webhooks: disabled }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.partial) return;
    const { labels, annotations, type } = resource;
    const words = { resource: nameOf(resource) };
    const key = type === 'Service' ? EXPORTED : type === 'Namespace' ? WEBHOOKS : undefined;
    if (key !== undefined && annotations.has(key) && !labels.has(key)) {
      const field = annotations.at(key);
      const effect =
        key === EXPORTED ? ': the Service is not mirrored' : ': the webhooks look at the namespace as before';
      const edits = isSettled(resource) ? moveEntry(field, labels.field) : [];
      report(field, 'label', { ...words, key, effect }, { onKey: true, suggested: edits });
    }
    const pod = type === 'Pod' ? undefined : podMetadataOf(resource);
    for (const one of pod ? annotations.keys() : [])
      if (LINKERD_CONFIG.has(one) && one !== WEBHOOKS && pod?.annotations.lacks(one))
        report(annotations.at(one), 'template', { ...words, key: one, kind: resource.kind }, { onKey: true });
    const places = [
      { labels, place: '' },
      ...(podMetadataOf(resource) && type !== 'Pod'
        ? [{ labels: podMetadataOf(resource)?.labels ?? labels, place: ' of the pod template' }]
        : []),
    ];
    for (const { labels: own, place } of places)
      for (const one of own.keys())
        if (LINKERD_CONFIG.has(one) && one !== WEBHOOKS && !mesh.assumesNamespace(resource))
          report(own.at(one), 'annotation', { ...words, key: one, place }, { onKey: true });
  },
});
