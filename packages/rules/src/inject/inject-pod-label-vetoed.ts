import {
  defineRule,
  INJECT_KEY,
  INJECTION_KEY,
  isIstiod,
  nameOf,
  namespacesOf,
  REVISION_KEY,
  type Workload,
} from '@meshvet/core';
import { factsAsRelated } from '../shared/edits/injection-change.ts';

export const injectPodLabelVetoed = defineRule({
  meta: {
    id: 'inject-pod-label-vetoed',
    summary: 'Pods ask for a sidecar in a Namespace that refuses all of them.',
    why: 'With istio-injection: disabled no webhook selects any pod of the namespace, so the label of the pods is never read.',
    fix: 'Take istio-injection away from the Namespace: without it the pods that ask get a sidecar and the others do not.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    since: '1.10',
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'istio.io: Installing the Sidecar (Controlling the injection policy)',
    ],
    messages: {
      label:
        '{resource}: label sidecar.istio.io/inject "true" asks for a sidecar in vain, because Namespace {namespace} has istio-injection=disabled, which refuses all its pods.',
      revision:
        '{resource}: label istio.io/rev={revision} asks for a sidecar in vain, because Namespace {namespace} has istio-injection=disabled, which refuses all its pods.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the namespace is asked first',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: disabled } }
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
                  sidecar.istio.io/inject: "true" #~ label \`"true"\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'a namespace without the label leaves it to its pods',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, sidecar.istio.io/inject: "true" } }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podLabels } = workload;
    // istiod's own label names the revision that it is.
    if (isIstiod(podLabels)) return;
    const { istio, membership } = mesh.admission(workload);
    if (istio.outcome !== 'not-injected' || istio.cause !== 'namespace-label') return;
    // Of a value that is neither enabled nor disabled a rule of its own speaks, and of a container that waits for the injector.
    const namespaces = namespacesOf(mesh, resource) ?? [];
    if (namespaces.length === 0 || namespaces.some((n) => n.resource.labels.get(INJECTION_KEY) !== 'disabled')) return;
    if (workload.containers.some((c) => c.name === 'istio-proxy' && c.image === 'auto')) return;
    const data = { resource: nameOf(resource), namespace: resource.namespace ?? '' };
    const related = factsAsRelated(istio.facts);
    const revision = podLabels.get(REVISION_KEY);
    if (podLabels.get(INJECT_KEY) === 'true') report(podLabels.at(INJECT_KEY), 'label', data, { related });
    else if (revision && membership.answer === 'no' && !isRefused(workload))
      report(podLabels.at(REVISION_KEY), 'revision', { ...data, revision }, { related });
  },
});

// Who writes that no sidecar is wanted does not ask for one with the name of a revision.
function isRefused({ podAnnotations, podLabels }: Workload): boolean {
  return podAnnotations.get(INJECT_KEY) === 'false' || podLabels.get(INJECT_KEY) === 'false';
}
