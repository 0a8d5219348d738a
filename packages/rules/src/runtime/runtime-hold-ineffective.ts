import { defineRule, isSettled, nameOf, PROXY_CONFIG_KEY, podProxyConfig, proxyField } from '@meshvet/core';
import { deleteEntry } from '../shared/edits/mapping-edit.ts';
import { severityForSidecar } from '../shared/severity/audience.ts';

export const runtimeHoldIneffective = defineRule({
  meta: {
    id: 'runtime-hold-ineffective',
    summary: 'The pods ask that the application waits for the sidecar, which changes nothing.',
    why: 'A native sidecar always starts before the application, and Istio before 1.7 does not know holdApplicationUntilProxyStarts.',
    fix: 'Take holdApplicationUntilProxyStarts out of annotation proxy.istio.io/config.',
    severity: 'info',
    about: 'istio',
    subject: 'workload',
    since: '1.6',
    sources: [
      'istio.io: ProxyConfig, holdApplicationUntilProxyStarts (since 1.7)',
      'istio/istio pkg/kube/inject/webhook.go (reorderPod; native sidecars)',
    ],
    messages: {
      native:
        '{resource}: holdApplicationUntilProxyStarts changes nothing, since the sidecar is native and starts before the application ({reason}).',
      unknown: '{resource}: holdApplicationUntilProxyStarts is read since Istio 1.7; {version} starts both at once.',
    },
  },
  examples: {
    bad: [
      {
        title: 'with a native sidecar',
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
                  sidecar.istio.io/nativeSidecar: "true"
                  proxy.istio.io/config: "holdApplicationUntilProxyStarts: true" #~ native
              spec: { containers: [{ name: cart, image: "cart:1" }] }
        `,
      },
    ],
    good: [
      {
        title: 'with a classic sidecar',
        settings: { istioVersion: '1.18' },
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
                annotations: { proxy.istio.io/config: "holdApplicationUntilProxyStarts: true" }
              spec: { containers: [{ name: cart, image: "cart:1" }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { own } = podProxyConfig(mesh, workload);
    const severity =
      proxyField(own, 'holdApplicationUntilProxyStarts') === true && severityForSidecar(mesh, workload, 'info');
    if (!severity) return;
    const at = workload.podAnnotations.at(PROXY_CONFIG_KEY);
    const resource = nameOf(workload.resource);
    const only = Object.keys(own).length === 1 && isSettled(workload.resource);
    if (!mesh.istioAtLeast('1.7'))
      return report(at, 'unknown', { resource, version: mesh.settings.istioVersion.join('.') }, { severity });
    const { form, byNodes, reason } = mesh.sidecar(workload);
    if (form !== 'native') return;
    // On nodes that nobody has seen the setting may still be needed.
    if (byNodes) report(at, 'native', { resource, reason }, { severity, advice: true });
    else report(at, 'native', { resource, reason }, { severity, edits: only ? deleteEntry(at) : [] });
  },
});
