import {
  applicationContainers,
  defineRule,
  endsByItself,
  isSettled,
  type Mesh,
  nameOf,
  networkUse,
  PROXY_CONFIG_KEY,
  podProxyConfig,
  proxyField,
  type Workload,
} from '@meshvet/core';
import { insertString } from '../shared/edits/mapping-edit.ts';
import { severityForSidecar } from '../shared/severity/audience.ts';

export const runtimeStartOrder = defineRule({
  meta: {
    id: 'runtime-start-order',
    summary: 'A container seems to use the network as its first act, while the sidecar is still starting.',
    why: 'A classic sidecar and the application start at the same time, and until the proxy is ready every call out fails, so such a container may crash and be started again.',
    fix: 'Let the application wait with holdApplicationUntilProxyStarts in annotation proxy.istio.io/config (since 1.7), make the sidecar native, or let the program try again.',
    severity: 'info',
    advice: true,
    about: 'istio',
    subject: 'workload',
    since: '1.7',
    sources: [
      'istio.io: ProxyConfig, holdApplicationUntilProxyStarts (since 1.7)',
      'istio.io: Sidecar Injection Problems, Pod or containers start with network issues',
    ],
    messages: {
      early:
        '{resource}: container {container} seems to call out at its start ("{program}") and does not wait for the sidecar.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a download before the server starts',
        settings: { istioVersion: '1.18' },
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
              metadata: { labels: { app: cart } }
              spec:
                containers:
                  - name: cart
                    image: "cart:1"
                    command: [sh, -c, "curl -f http://config/cart.json -o /tmp/cart.json && exec cart"] #~ early
        `,
      },
    ],
    good: [
      {
        title: 'the application waits for the sidecar',
        settings: { istioVersion: '1.18' },
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
                annotations: { proxy.istio.io/config: "holdApplicationUntilProxyStarts: true" }
              spec:
                containers:
                  - { name: cart, image: "cart:1", command: [sh, -c, "curl -f http://config/cart.json -o /tmp/cart.json && exec cart"] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    if (endsByItself(workload) || !severityForSidecar(mesh, workload, 'info')) return;
    const { present, form, written } = mesh.sidecar(workload);
    // A guess about pods that may not be in the mesh at all would be one too many.
    if (present !== 'yes' || form !== 'classic' || written || waits(mesh, workload)) return;
    for (const container of applicationContainers(workload)) {
      const use = networkUse(container);
      if (!use || use.retried) continue;
      const command = container.field.at('command');
      report(
        command.exists ? command : container.field.at('args'),
        'early',
        { resource: nameOf(workload.resource), container: container.name, program: use.program },
        { onKey: true, suggested: hold(workload) },
      );
    }
  },
});

function waits(mesh: Mesh, workload: Workload): boolean {
  const { own, unreadable } = podProxyConfig(mesh, workload);
  const said = proxyField(own, 'holdApplicationUntilProxyStarts');
  return unreadable || said === true || (said === undefined && mesh.installation.holdApplicationUntilProxyStarts.value);
}

function hold(workload: Workload) {
  const annotations = workload.template.at('metadata').at('annotations');
  if (!isSettled(workload.resource) || annotations.at(PROXY_CONFIG_KEY).exists) return [];
  return insertString(annotations, PROXY_CONFIG_KEY, 'holdApplicationUntilProxyStarts: true');
}
