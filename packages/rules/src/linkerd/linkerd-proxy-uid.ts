import {
  defineRule,
  isPatchedAnywhere,
  linkerdSetting,
  type Mesh,
  nameOf,
  runningAs,
  type Workload,
  writtenLinkerdProxy,
} from '@meshvet/core';
import { severityForLinkerd } from '../shared/severity/linkerd-audience.ts';
import { containersLabel } from '../shared/words/workload-words.ts';

export const linkerdProxyUid = defineRule({
  meta: {
    id: 'linkerd-proxy-uid',
    summary: "A container of the application runs as the user of Linkerd's proxy.",
    why: 'The rules that redirect traffic leave out what the user of the proxy sends, so the calls of such a container go past the proxy: no mTLS, no policy, no metrics.',
    fix: 'Give the container another runAsUser than 2102.',
    severity: 'error',
    about: 'linkerd',
    subject: 'workload',
    sources: [
      'linkerd.io: Proxy Configuration reference, config.linkerd.io/proxy-uid',
      'linkerd/linkerd2-proxy-init internal/iptables/iptables.go',
    ],
    messages: {
      user: "{resource}: runAsUser {id} of {containers} is the user of Linkerd's proxy, so what it sends goes past the mesh. Any other number would do.",
    },
  },
  examples: {
    bad: [
      {
        title: 'a container with the number of the proxy',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart }, annotations: { linkerd.io/inject: enabled } }
              spec:
                containers:
                  - name: cart
                    image: "cart:1"
                    securityContext:
                      runAsUser: 2102 #~ user \`2102\`
        `,
      },
    ],
    good: [
      {
        title: 'a number of its own',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart }, annotations: { linkerd.io/inject: enabled } }
              spec:
                securityContext: { runAsUser: 1000 }
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const severity = severityForLinkerd(mesh, workload, 'error');
    const id = proxyUser(mesh, workload);
    if (!severity || id === undefined || isPatchedAnywhere(workload.resource, 'securityContext')) return;
    const resource = nameOf(workload.resource);
    for (const { field, containers } of runningAs(workload, 'runAsUser', id))
      report(field, 'user', { resource, id, containers: containersLabel(containers) }, { severity });
  },
});

const PROXY_UID_KEY = 'config.linkerd.io/proxy-uid';

function proxyUser(mesh: Mesh, workload: Workload): number | undefined {
  const written = writtenLinkerdProxy(workload)?.field.at('securityContext').at('runAsUser');
  if (written?.hasValue) return written.number();
  const setting = linkerdSetting(mesh, workload, PROXY_UID_KEY);
  if (setting) return /^\d{1,9}$/.test(setting.value) ? Number(setting.value) : undefined;
  return workload.podAnnotations.has(PROXY_UID_KEY) ? undefined : 2102;
}
