import {
  defineRule,
  endsByItself,
  INJECT_KEY,
  isControlPlane,
  isMadeByAnother,
  nameOf,
  namespacesOf,
} from '@meshvet/core';
import { factsAsRelated } from '../shared/edits/injection-change.ts';

export const injectPodOptOut = defineRule({
  meta: {
    id: 'inject-pod-opt-out',
    summary: 'Pods stay out of the mesh that their Namespace is in.',
    why: 'They speak plain text and enforce no policy, and under strict mutual TLS they reach none of their neighbours.',
    fix: 'Remove label sidecar.istio.io/inject "false" if the reason for it is gone.',
    severity: 'info',
    advice: true,
    about: 'istio',
    subject: 'workload',
    since: '1.9',
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'istio.io: Installing the Sidecar (Controlling the injection policy)',
    ],
    messages: {
      optOut:
        '{resource}: label sidecar.istio.io/inject "false" keeps the pods out of the mesh, which the rest of Namespace {namespace} is in ({why}).',
    },
  },
  examples: {
    bad: [
      {
        title: 'a pod without a proxy among pods with one',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels:
                  app: cart
                  sidecar.istio.io/inject: "false" #~ optOut \`"false"\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'a Job, which a proxy would keep from ending',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: batch/v1
          kind: Job
          metadata: { name: migrate, namespace: shop }
          spec:
            template:
              metadata: { labels: { sidecar.istio.io/inject: "false" } }
              spec:
                restartPolicy: Never
                containers: [{ name: migrate, image: "migrate:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podLabels } = workload;
    if (podLabels.get(INJECT_KEY) !== 'false' || workload.isGateway || isControlPlane(resource.labels)) return;
    if (endsByItself(workload) || isMadeByAnother(workload)) return;
    const { istio, membership } = mesh.admission(workload);
    if (istio.outcome !== 'not-injected' || istio.cause !== 'pod-label' || membership.answer !== 'no') return;
    const above = (namespacesOf(mesh, resource) ?? []).map((n) => mesh.injectionIn(n));
    const [first] = above;
    if (!first || above.some((a) => a.outcome !== 'injected')) return;
    const why = first.facts.at(-1)?.text ?? '';
    const data = { resource: nameOf(resource), namespace: resource.namespace ?? '', why };
    report(podLabels.at(INJECT_KEY), 'optOut', data, { related: factsAsRelated(first.facts) });
  },
});
