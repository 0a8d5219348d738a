import { defineRule, nameOf } from '@meshvet/core';
import { factsAsRelated } from '../shared/edits/injection-change.ts';

export const injectManualInAutoNamespace = defineRule({
  meta: {
    id: 'inject-manual-in-auto-namespace',
    summary: 'The manifest carries a sidecar already, and the injector adds its own.',
    why: 'The webhook does not leave such pods alone: it renders the proxy again, so the version and the settings in the manifest are not those that run.',
    fix: 'Take the sidecar out of the manifest and leave it to the injector, or label the pods sidecar.istio.io/inject: "false".',
    severity: 'info',
    about: 'istio',
    subject: 'workload',
    sources: ['istio/istio pkg/kube/inject/webhook.go', 'istio.io: Installing the Sidecar (Manual sidecar injection)'],
    messages: {
      rendered:
        '{resource}: the manifest carries a sidecar from "istioctl kube-inject", but {why}, so the webhook takes it out and renders its own.',
      written:
        '{resource}: the manifest carries container istio-proxy, but {why}, so the webhook renders a sidecar too and lays this container over it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'injected by hand in a namespace with injection',
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
                labels: { app: cart }
                annotations: { sidecar.istio.io/status: '{"containers":["istio-proxy"]}' }
              spec:
                containers:
                  - { name: cart, image: "cart:1" }
                  - name: istio-proxy #~ rendered \`istio-proxy\`
                    image: docker.io/istio/proxyv2:1.20.0
        `,
      },
    ],
    good: [
      {
        title: 'the pods refuse the injector',
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
                labels: { app: cart, sidecar.istio.io/inject: "false" }
              spec:
                containers:
                  - { name: cart, image: "cart:1" }
                  - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.20.0" }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podAnnotations } = workload;
    // A Pod with a proxy was mostly taken from a cluster, where it got it from the webhook.
    if (!workload.hasProxy || workload.isGateway || resource.type === 'Pod') return;
    const { istio } = mesh.admission(workload);
    if (istio.outcome !== 'injected') return;
    const container = workload.containers.find((c) => c.name === 'istio-proxy');
    if (!container) return;
    const field = container.field.at('name');
    const data = { resource: nameOf(resource), why: istio.facts.at(-1)?.text ?? '' };
    const related = factsAsRelated(istio.facts);
    if (podAnnotations.has('sidecar.istio.io/status')) report(field, 'rendered', data, { related });
    // The container is laid over the template since 1.9.
    else if (mesh.istioAtLeast('1.9')) report(field, 'written', data, { related });
  },
});
