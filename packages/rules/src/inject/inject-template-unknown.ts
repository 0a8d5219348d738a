import {
  defineRule,
  formatVersion,
  isSettled,
  knownTemplates,
  knowsAllTemplates,
  meantTemplate,
  nameOf,
  TEMPLATES_KEY,
  templateSince,
} from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';

export const injectTemplateUnknown = defineRule({
  meta: {
    id: 'inject-template-unknown',
    summary: 'Annotation inject.istio.io/templates names a template that the injector does not have.',
    why: 'The injector answers with an error, and since its webhook fails closed no pod of the workload is created.',
    fix: 'Name templates of the injector, separated by commas: sidecar, gateway, or one that its configuration defines.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    since: '1.9',
    sources: [
      'istio/istio pkg/kube/inject/inject.go (RunTemplate, selectTemplates)',
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/istiod-injector-configmap.yaml, by tag',
      'istio.io: Installing the Sidecar (Customizing injection)',
    ],
    messages: {
      unknown:
        '{resource}: annotation inject.istio.io/templates names "{name}", but the injector has {known}; it rejects the pods, so none is created.',
      likely:
        '{resource}: annotation inject.istio.io/templates names "{name}", which is no template of Istio {version}; unless the configuration of the injector defines it, no pod is created. Did you mean "{meant}"?',
      tooNew:
        '{resource}: annotation inject.istio.io/templates names "{name}", which exists since Istio {since}; Istio {version} rejects the pods unless the configuration of its injector defines it.',
      empty:
        '{resource}: annotation inject.istio.io/templates names an empty template in "{written}"; the injector has none of that name and rejects the pods, so none is created.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a slip in the name',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: ingress, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: gateway, namespace: ingress }
          spec:
            selector: { matchLabels: { istio: ingressgateway } }
            template:
              metadata:
                labels: { istio: ingressgateway }
                annotations:
                  inject.istio.io/templates: gatway #~ likely \`gatway\`
              spec:
                containers: [{ name: istio-proxy, image: auto }]
        `,
      },
    ],
    good: [
      {
        title: 'the template for gateways',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: ingress, labels: { istio-injection: enabled } }
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
                containers: [{ name: istio-proxy, image: auto }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podAnnotations } = workload;
    const written = podAnnotations.get(TEMPLATES_KEY);
    if (written === undefined || podAnnotations.mayChange(TEMPLATES_KEY)) return;
    // Who is never asked rejects nothing.
    const { outcome } = mesh.admission(workload).istio;
    if (outcome === 'not-injected') return;
    const severity = outcome === 'unknown' ? { severity: 'warning' as const } : {};
    const field = podAnnotations.at(TEMPLATES_KEY);
    const known = knownTemplates(mesh.settings, mesh.installation);
    const name = written
      .split(',')
      .map((one) => one.trim())
      .find((one) => !known.has(one));
    if (name === undefined) return;
    const version = formatVersion(mesh.settings.istioVersion);
    const data = { resource: nameOf(resource), name };
    if (name === '') return report(field, 'empty', { resource: data.resource, written }, severity);
    const since = templateSince(name);
    const meant = meantTemplate(mesh, name);
    const suggested = meant !== undefined && written === name && isSettled(resource) ? replaceString(field, meant) : [];
    if (knowsAllTemplates(mesh.settings, mesh.installation))
      report(field, 'unknown', { ...data, known: [...known].slice(0, LISTED).join(', ') }, { ...severity, suggested });
    else if (since !== undefined) report(field, 'tooNew', { ...data, since, version }, { severity: 'warning' });
    else if (meant !== undefined)
      report(field, 'likely', { ...data, version, meant }, { severity: 'warning', suggested });
  },
});

// A message is a line.
const LISTED = 12;
