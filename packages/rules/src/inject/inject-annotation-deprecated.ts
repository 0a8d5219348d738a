import {
  defineRule,
  formatVersion,
  injectAnnotation,
  isInjectedAnyway,
  type Mesh,
  nameOf,
  type Resource,
  WORKLOAD_TYPES,
  workloadOf,
} from '@meshvet/core';
import { asLabel } from '../shared/edits/inject-annotation.ts';

export const injectAnnotationDeprecated = defineRule({
  meta: {
    id: 'inject-annotation-deprecated',
    summary: 'sidecar.istio.io/inject stands among the annotations of a pod and not among its labels.',
    why: 'The annotation is deprecated: it still keeps a sidecar out, but webhooks select by labels, so it brings none in.',
    fix: 'Write it among the labels of the pod template.',
    severity: 'warning',
    profiles: { 'istio-1.0': 'info', 'istio-legacy': 'info' },
    about: 'istio',
    subject: 'resource',
    types: WORKLOAD_TYPES,
    codes: ['IST0135'],
    sources: [
      'istio/api annotation/annotations.yaml',
      'istio/istio pkg/kube/inject/inject.go (injectRequired)',
      'istio.io: Resource Annotations',
    ],
    messages: {
      optOut:
        '{resource}: annotation sidecar.istio.io/inject "{value}" keeps the sidecar out, but is deprecated since Istio 1.15; write it among the labels of the pod template.',
      optIn:
        '{resource}: annotation sidecar.istio.io/inject "{value}" is deprecated since Istio 1.15 and brings no sidecar in by itself, as webhooks select by labels; write it among the labels of the pod template.',
      redundant:
        '{resource}: annotation sidecar.istio.io/inject "{value}" is deprecated since Istio 1.15 and changes nothing, since {why}; if the pods are to ask themselves, write it among the labels of the pod template.',
      unread:
        '{resource}: annotation sidecar.istio.io/inject is deprecated since Istio 1.15; write it among the labels of the pod template.',
      early:
        '{resource}: annotation sidecar.istio.io/inject is what Istio {version} reads; from 1.10 on it is a label of the pod template, and the annotation is deprecated since 1.15.',
    },
  },
  examples: {
    bad: [
      {
        title: 'an opt-out that is better a label',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
                annotations:
                  sidecar.istio.io/inject: "false" #~ optOut \`sidecar.istio.io/inject\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'the label, and beside it the annotation for old releases',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart, sidecar.istio.io/inject: "false" }
                annotations: { sidecar.istio.io/inject: "false" }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const annotation = injectAnnotation(mesh, resource);
    if (!annotation) return;
    const { defect, field, value } = annotation;
    const data = { resource: nameOf(resource), value };
    // istioctl looks at the annotations of Pods, not at those of templates.
    const options = { onKey: true, codes: resource.type === 'Pod' ? ['IST0135'] : [] };
    // It does keep the sidecar out: where it is written is a matter of taste until a release reads it no more.
    if (defect === 'opt-out')
      report(field, 'optOut', data, { ...options, severity: 'info', edits: asLabel(resource, annotation) });
    else if (defect === 'opt-in') {
      // Where injection is not known to be on, the label would bring in pods that are outside the mesh today.
      const edits = isInjectedAnyway(mesh, resource) ? asLabel(resource, annotation) : [];
      const why = whySelected(mesh, resource);
      if (why === undefined) report(field, 'optIn', data, { ...options, edits });
      else report(field, 'redundant', { ...data, why }, { ...options, edits });
    } else if (defect === 'unread') report(field, 'unread', { resource: nameOf(resource) }, options);
    else if (defect === 'early') {
      const version = formatVersion(mesh.settings.istioVersion);
      const fix =
        'Nothing for this release; before you move to 1.10 or later, write it among the labels of the pod template too.';
      report(field, 'early', { resource: nameOf(resource), version }, { ...options, severity: 'info', fix });
    }
  },
});

/** What brings the pods in without the annotation; undefined where that is not known, or where the injector asks for more than a label. */
function whySelected(mesh: Mesh, resource: Resource): string | undefined {
  const workload = workloadOf(mesh, resource);
  const { autoInject, neverInjectSelector } = mesh.installation;
  const heedsAll = autoInject.certain && autoInject.value === 'enabled' && neverInjectSelector.certain;
  if (!workload || !heedsAll || neverInjectSelector.value.length > 0) return undefined;
  const { outcome, facts } = mesh.admission(workload).istio;
  return outcome === 'injected' ? facts[0]?.text : undefined;
}
