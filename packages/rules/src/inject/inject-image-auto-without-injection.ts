import { defineRule, nameOf, runningPod } from '@meshvet/core';
import { changeAsFix, factsAsRelated } from '../shared/edits/injection-change.ts';

export const injectImageAutoWithoutInjection = defineRule({
  meta: {
    id: 'inject-image-auto-without-injection',
    summary: 'Container istio-proxy has image auto, and nothing injects the pods.',
    why: 'Only the injector puts an image in the place of the word auto, so the kubelet looks for an image of that name and the pods never start.',
    fix: 'Have the pods injected, by label sidecar.istio.io/inject: "true" of the pod template or by the Namespace, or write an image.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    codes: ['IST0146', 'IST0147'],
    since: '1.9',
    sources: [
      'istio/istio pkg/kube/inject/webhook.go',
      'istio/istio pkg/config/analysis/analyzers/injection/image-auto.go',
      'istio.io: Installing Gateways',
    ],
    messages: {
      notInjected:
        '{resource}: container istio-proxy has image auto, which only the injector fills in, but it leaves these pods alone: {why}.',
      running:
        '{resource}: container istio-proxy has image auto, and this Pod exists already, so the injector will not fill it in any more.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a gateway that nothing injects',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: ingress }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: gateway, namespace: ingress }
          spec:
            selector: { matchLabels: { istio: ingressgateway } }
            template:
              metadata:
                labels: { istio: ingressgateway }
                annotations: { inject.istio.io/templates: gateway }
              spec:
                containers:
                  - name: istio-proxy
                    image: auto #~ notInjected \`auto\`
        `,
      },
    ],
    good: [
      {
        title: 'the pods ask for it',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: ingress }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: gateway, namespace: ingress }
          spec:
            selector: { matchLabels: { istio: ingressgateway } }
            template:
              metadata:
                labels: { istio: ingressgateway, sidecar.istio.io/inject: "true" }
                annotations: { inject.istio.io/templates: gateway }
              spec:
                containers:
                  - name: istio-proxy
                    image: auto
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const container = workload.containers.find((c) => c.name === 'istio-proxy' && c.image === 'auto');
    if (!container) return;
    const { resource } = workload;
    const { istio, change } = mesh.admission(workload);
    const field = container.field.at('image');
    // istioctl does not look at init containers, nor at other kinds.
    const code = { Pod: 'IST0147', 'apps/Deployment': 'IST0146' }[resource.type];
    const codes = { codes: code === undefined || container.init ? [] : [code] };
    const data = { resource: nameOf(resource) };
    if (istio.outcome === 'not-injected') {
      const why = istio.facts.at(-1)?.text ?? '';
      const options = { ...codes, related: factsAsRelated(istio.facts), ...changeAsFix(mesh, workload, change()) };
      report(field, 'notInjected', { ...data, why }, options);
    } else if (runningPod(mesh, workload) === 'lives') {
      report(field, 'running', data, {
        ...codes,
        fix: 'Delete the Pod once its namespace and labels have it injected.',
      });
    }
  },
});
