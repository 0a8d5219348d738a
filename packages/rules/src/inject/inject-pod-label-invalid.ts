import { defineRule, formatVersion, INJECT_KEY, nameOf } from '@meshvet/core';
import { meaningOf, wishOf } from '../shared/inject-value.ts';
import { podMetadataOf } from '../shared/pod-metadata.ts';
import { replaceString } from '../shared/scalar-edit.ts';

export const injectPodLabelInvalid = defineRule({
  meta: {
    id: 'inject-pod-label-invalid',
    summary: 'Pod label sidecar.istio.io/inject is neither "true" nor "false".',
    why: 'What other values do depends on the release: since Istio 1.27 they count for nothing and the namespace decides, before that "yes" and "on" meant yes and all the rest no.',
    fix: 'Write "true" or "false", in quotes.',
    severity: 'error',
    subject: 'resource',
    since: '1.9',
    sources: [
      'istio/istio pkg/kube/inject/inject.go (injectRequired), by tag',
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
    ],
    messages: {
      ignored:
        '{resource}: pod label sidecar.istio.io/inject is "{value}", but Istio {version} knows only "true" and "false": in a namespace with injection the pods get a sidecar all the same, without a namespace label they get none.',
      readAsYes:
        '{resource}: pod label sidecar.istio.io/inject is "{value}": Istio {version} takes it for "true" in a namespace with injection, but only "true" itself brings pods in without a namespace label; from 1.27 on it counts for nothing.',
      readAsNo:
        '{resource}: pod label sidecar.istio.io/inject is "{value}", which Istio {version} takes for "false", so the pods get no sidecar; from 1.27 on it counts for nothing and the namespace decides.',
      unread:
        '{resource}: pod label sidecar.istio.io/inject is "{value}", but the webhooks of Istio {version} know only "true" and "false": the namespace decides.',
      empty:
        '{resource}: pod label sidecar.istio.io/inject is empty and asks for nothing, so the namespace decides; write "true" or "false".',
    },
  },
  examples: {
    bad: [
      {
        title: 'since Istio 1.27 the pods of a labelled namespace are injected all the same',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels:
                  app: cart
                  sidecar.istio.io/inject: disabled #~ ignored \`disabled\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: '"false" keeps the sidecar out',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, sidecar.istio.io/inject: "false" } }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const labels = podMetadataOf(resource)?.labels;
    const value = labels?.get(INJECT_KEY);
    if (!labels || value === undefined || labels.mayChange(INJECT_KEY)) return;
    const field = labels.at(INJECT_KEY);
    // Of a value that is no string another rule speaks.
    if (!(typeof field.value === 'string' || field.value === null)) return;
    if (value === 'true' || value === 'false') return;
    if (value === '') return report(field, 'empty', { resource: nameOf(resource) }, { severity: 'warning' });
    const data = { resource: nameOf(resource), value, version: formatVersion(mesh.settings.istioVersion) };
    const meant = meaningOf(value);
    const help =
      meant === undefined
        ? {}
        : { fix: `Write sidecar.istio.io/inject: "${meant}".`, edits: replaceString(field, meant) };
    if (mesh.istioAtLeast('1.27')) return report(field, 'ignored', data, help);
    // 1.9 to 1.11 read the label in the selectors of the webhooks and nowhere else.
    if (!mesh.istioAtLeast('1.12')) return report(field, 'unread', data, help);
    if (wishOf(mesh, value) === 'yes') report(field, 'readAsYes', data, { ...help, severity: 'warning' });
    else report(field, 'readAsNo', data, meant === 'false' ? { ...help, severity: 'warning' } : help);
  },
});
