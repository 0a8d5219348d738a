import {
  defineRule,
  formatVersion,
  INJECT_KEY,
  type Mesh,
  meaningOf,
  nameOf,
  podMetadataOf,
  type Resource,
  WORKLOAD_TYPES,
  wishOf,
  workloadOf,
} from '@meshvet/core';
import { factsAsRelated } from '../shared/edits/injection-change.ts';
import { replaceString } from '../shared/edits/scalar-edit.ts';

export const injectPodLabelInvalid = defineRule({
  meta: {
    id: 'inject-pod-label-invalid',
    summary: 'Pod label sidecar.istio.io/inject is neither "true" nor "false".',
    why: 'What other values do depends on the release: since Istio 1.27 they count for nothing and the namespace decides, before that "yes" and "on" meant yes and all the rest no.',
    fix: 'Write "true" or "false", in quotes.',
    severity: 'error',
    about: 'istio',
    subject: 'resource',
    types: WORKLOAD_TYPES,
    since: '1.9',
    sources: [
      'istio/istio pkg/kube/inject/inject.go (injectRequired), by tag',
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
    ],
    messages: {
      ignored:
        '{resource}: pod label sidecar.istio.io/inject is "{value}", but Istio {version} knows only "true" and "false": in a namespace with injection the pods get a sidecar all the same, without a namespace label they get none.',
      injected:
        '{resource}: pod label sidecar.istio.io/inject is "{value}", but Istio {version} knows only "true" and "false", so the pods get a sidecar all the same: {why}.',
      notInjected:
        '{resource}: pod label sidecar.istio.io/inject is "{value}", but Istio {version} knows only "true" and "false", so the pods get no sidecar: {why}.',
      notRedirected:
        '{resource}: pod label sidecar.istio.io/inject is "{value}", which is no "false" for the injector of Istio {version}, but one for its CNI plugin: {sidecar} without redirection, so init container istio-validation fails and the pods never start.',
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
    if (mesh.istioAtLeast('1.27')) {
      const { outcome, why, related } = decision(mesh, resource);
      if (outcome === 'rejected' || outcome === 'injected') {
        if (isOffForPlugin(mesh, value))
          return report(
            field,
            'notRedirected',
            { ...data, sidecar: `the pods get a sidecar (${why})` },
            { ...help, related },
          );
        return report(field, 'injected', { ...data, why }, { ...help, related });
      }
      if (outcome === 'not-injected') return report(field, 'notInjected', { ...data, why }, { ...help, related });
      if (isOffForPlugin(mesh, value)) {
        const sidecar = 'in a namespace with injection the pods get a sidecar';
        return report(field, 'notRedirected', { ...data, sidecar }, help);
      }
      return report(field, 'ignored', data, help);
    }
    // 1.9 to 1.11 read the label in the selectors of the webhooks and nowhere else.
    if (!mesh.istioAtLeast('1.12')) return report(field, 'unread', data, help);
    if (wishOf(value, mesh.settings) === 'yes') report(field, 'readAsYes', data, { ...help, severity: 'warning' });
    else report(field, 'readAsNo', data, meant === 'false' ? { ...help, severity: 'warning' } : help);
  },
});

function decision(mesh: Mesh, resource: Resource) {
  const workload = workloadOf(mesh, resource);
  const istio = workload && mesh.admission(workload).istio;
  // Pods on the network of their node, and system namespaces, are left out whatever the label is: not because of it.
  if (!istio || istio.cause === 'host-network' || istio.cause === 'system-namespace')
    return { outcome: undefined, why: '', related: [] };
  return { outcome: istio.outcome, why: istio.facts.at(-1)?.text ?? '', related: factsAsRelated(istio.facts) };
}

// The plugin reads the label as Go reads booleans. Source: istio/istio `cni/pkg/plugin/plugin.go`; "false" itself keeps the injector out too.
const FALSE_FOR_PLUGIN: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'False']);

function isOffForPlugin(mesh: Mesh, value: string): boolean {
  const { value: cni, certain } = mesh.installation.cni;
  return cni && certain && FALSE_FOR_PLUGIN.has(value);
}
