import { defineRule, nameOf } from '@meshvet/core';
import { severityForSidecar } from '../shared/severity/audience.ts';

const KEY = 'sidecar.istio.io/interceptionMode';

export const annotationInterceptionNoneCni = defineRule({
  meta: {
    id: 'annotation-interception-none-cni',
    summary: 'A pod asks for interception mode NONE where the CNI plugin of Istio redirects the traffic.',
    why: 'The plugin knows REDIRECT and TPROXY only and fails for any other mode, so the network of the pod is not set up.',
    fix: 'Take the annotation away, or keep the sidecar out of these pods.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    sources: ['istio/istio cni/pkg/plugin/sidecar_redirect.go', 'istio.io: Install the Istio CNI node agent'],
    messages: {
      none: '{resource}: annotation {key} is "NONE", but the CNI plugin of Istio is installed and takes REDIRECT and TPROXY only: the pods do not start.',
      older:
        '{resource}: annotation {key} is "NONE", but the CNI plugin of Istio is installed and takes REDIRECT and TPROXY only: it reports an error for these pods, which some releases do not start.',
    },
  },
  examples: {
    bad: [
      {
        title: 'with the CNI plugin',
        yaml: `
          apiVersion: apps/v1
          kind: DaemonSet
          metadata: { name: istio-cni-node, namespace: istio-system }
          spec:
            selector: { matchLabels: { k8s-app: istio-cni-node } }
            template:
              metadata: { labels: { k8s-app: istio-cni-node } }
              spec: { containers: [{ name: install-cni, image: "install-cni:1" }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart, sidecar.istio.io/inject: "true" }
                annotations:
                  sidecar.istio.io/interceptionMode: NONE #~ none
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'a mode that the plugin knows',
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
                  sidecar.istio.io/interceptionMode: TPROXY
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podAnnotations } = workload;
    const { cni } = mesh.installation;
    if (podAnnotations.get(KEY) !== 'NONE' || podAnnotations.mayChange(KEY) || !cni.value || !cni.certain) return;
    const severity = severityForSidecar(mesh, workload, 'error');
    if (!severity) return;
    const related = cni.field ? [{ at: cni.field, note: 'the CNI plugin is installed here' }] : [];
    const data = { resource: nameOf(resource), key: KEY };
    // Once the plugin wrote its error into a log and let the pod go on.
    if (mesh.istioAtLeast('1.20')) report(podAnnotations.at(KEY), 'none', data, { severity, related });
    else report(podAnnotations.at(KEY), 'older', data, { severity: 'warning', related });
  },
});
