import {
  defineRule,
  formatVersion,
  ISTIO_ANNOTATION_TABLE,
  type IstioAnnotation,
  isSettled,
  nameOf,
  podMetadataOf,
  scrapePortProblem,
  valueProblem,
  WORKLOAD_TYPES,
  workloadOf,
} from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';
import { severityForInjection } from '../shared/severity/injected-pods.ts';

export const annotationValueInvalid = defineRule({
  meta: {
    id: 'annotation-value-invalid',
    summary: 'An annotation of Istio has a value that Istio does not take.',
    why: 'The injector checks these annotations and refuses the whole pod, so that the workload comes up with no pods at all; what it does not check is ignored or fails when the pod starts.',
    fix: 'Write a value that the annotation takes.',
    severity: 'error',
    about: 'istio',
    subject: 'resource',
    types: WORKLOAD_TYPES,
    codes: ['IST0125'],
    sources: [
      'istio/istio pkg/kube/inject/validate.go, by tag (resource annotations since 1.29, interfaces since 1.30)',
      'istio/istio pkg/kube/inject/webhook.go (metrics annotations since 1.31)',
      'istio.io: Resource Annotations',
    ],
    messages: {
      rejected:
        '{resource}: annotation {key}: {reason}; the injector of Istio {version} refuses it, and the pod is rejected.',
      fails:
        '{resource}: annotation {key}: {reason}; nobody checks it when the pod is created, and the pod fails to start when the redirection of its traffic is set up.',
      unchecked:
        '{resource}: annotation {key}: {reason}; Istio {version} does not check it, and from {since} on the pod is rejected.',
      ignored: '{resource}: annotation {key}: {reason}, so Istio ignores it.',
      logLevel: '{resource}: annotation {key}: {reason}; the proxy does not start with a level that it does not know.',
      scrapePort:
        '{resource}: annotation {key}: {reason}; since Istio 1.31 the injector refuses it while it merges metrics, and the pod is rejected.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a blank in a list of ranges, and a range of ports',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart, sidecar.istio.io/inject: "true" }
                annotations:
                  traffic.sidecar.istio.io/includeOutboundIPRanges: "10.0.0.0/8, 172.16.0.0/12" #~ rejected
                  traffic.sidecar.istio.io/excludeInboundPorts: "9000-9010" #~ rejected
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'lists with commas and nothing else',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart, sidecar.istio.io/inject: "true" }
                annotations:
                  traffic.sidecar.istio.io/includeOutboundIPRanges: "10.0.0.0/8,172.16.0.0/12"
                  traffic.sidecar.istio.io/excludeInboundPorts: "9000, 9001"
                  status.sidecar.istio.io/port: "0"
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const podAnnotations = podMetadataOf(resource)?.annotations;
    if (!podAnnotations) return;
    const workload = workloadOf(mesh, resource);
    // istioctl looks at the annotations of Pods, not at those of templates.
    const codes = resource.type === 'Pod' ? ['IST0125'] : [];
    const version = formatVersion(mesh.settings.istioVersion);
    const data = (key: string, reason: string) => ({ resource: nameOf(resource), key, reason });
    for (const key of podAnnotations.keys()) {
      const known = ISTIO_ANNOTATION_TABLE.get(key);
      // That a value is no string is told by a rule of its own, and that the release does not know the key yet by another.
      if (
        !known?.value ||
        podAnnotations.mayChange(key) ||
        !(known.since === undefined || mesh.istioAtLeast(known.since))
      )
        continue;
      const value = podAnnotations.at(key);
      const text = value.string();
      const problem = text === undefined ? undefined : valueProblem(known.value, text);
      if (!problem) continue;
      const severity = severityForAnnotation(known, key);
      if (severity === undefined) continue;
      const edits = problem.better !== undefined && isSettled(resource) ? replaceString(value, problem.better) : [];
      const suggested = problem.likely !== undefined ? replaceString(value, problem.likely) : [];
      const better = problem.better ?? problem.likely;
      const fix = better === undefined ? {} : { fix: `Write ${key}: "${better}".` };
      const options = { severity, codes, edits, suggested, ...fix };
      if (known.refusedSince !== undefined && mesh.istioAtLeast(known.refusedSince))
        report(value, 'rejected', { ...data(key, problem.reason), version }, options);
      else if (known.refusedSince !== undefined)
        report(value, 'unchecked', { ...data(key, problem.reason), version, since: known.refusedSince }, options);
      else if (known.value === 'portsOrAll')
        report(value, 'fails', data(key, problem.reason), { ...options, codes: [] });
      else if (known.value === 'logLevel')
        report(value, 'logLevel', data(key, problem.reason), { ...options, codes: [] });
      else report(value, 'ignored', data(key, problem.reason), { ...options, codes: [] });
    }
    const scrape = workload && mesh.istioAtLeast('1.31') ? scrapePortProblem(mesh.installation, workload) : undefined;
    if (scrape) {
      const severity = severityForInjection(mesh, resource, 'error');
      const { field, reason } = scrape;
      if (severity) report(field, 'scrapePort', data('prometheus.io/port', reason), { severity, codes: [] });
    }

    function severityForAnnotation(known: IstioAnnotation, key: string) {
      // Those of ambient speak to the agent of the node, and no sidecar hears them.
      if (key.startsWith('ambient.istio.io/'))
        return workload && mesh.membership(workload).answer === 'no' ? undefined : ('warning' as const);
      const checked = known.refusedSince !== undefined && mesh.istioAtLeast(known.refusedSince);
      return severityForInjection(mesh, resource, checked || known.value === 'portsOrAll' ? 'error' : 'warning');
    }
  },
});
