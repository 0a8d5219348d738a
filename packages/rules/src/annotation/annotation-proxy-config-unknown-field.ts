import {
  defineRule,
  FIRST_WITH_OTHER_FIELDS,
  formatVersion,
  nameOf,
  proxyConfigOf,
  proxyConfigProblems,
  WORKLOAD_TYPES,
} from '@meshvet/core';
import { placeInText } from '../shared/edits/embedded-place.ts';
import { severityForInjection } from '../shared/severity/injected-pods.ts';

export const annotationProxyConfigUnknownField = defineRule({
  meta: {
    id: 'annotation-proxy-config-unknown-field',
    summary: 'Annotation proxy.istio.io/config has a field that ProxyConfig does not know.',
    why: 'The injector leaves such fields out without a word, so what they ask for does not happen.',
    fix: 'Write the field as ProxyConfig has it.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    types: WORKLOAD_TYPES,
    since: '1.6',
    codes: ['IST0125'],
    sources: ['istio/api mesh/v1alpha1/proxy.proto', 'istio/istio pkg/util/protomarshal (ApplyYAML)'],
    messages: {
      near: '{resource}: proxy.istio.io/config has no field {path}, and Istio leaves it out without a word; did you mean {near}?',
      unknown:
        '{resource}: proxy.istio.io/config has no field {path} in Istio {version}, which leaves it out without a word.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a letter too few',
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
                  proxy.istio.io/config: |
                    holdApplicationUntilProxyStart: true #~ near \`holdApplicationUntilProxyStart\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'both ways of writing a name',
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
                  proxy.istio.io/config: |
                    holdApplicationUntilProxyStarts: true
                    termination_drain_duration: 30s
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    const config = proxyConfigOf(mesh, subject);
    if (config?.text.state !== 'read') return;
    const severity = severityForInjection(mesh, subject, 'warning');
    if (!severity) return;
    const { field, text } = config;
    const resource = nameOf(subject);
    const codes = subject.type === 'Pod' ? ['IST0125'] : [];
    for (const { kind, path, near } of proxyConfigProblems(text.value)) {
      if (kind !== 'unknown') continue;
      const { at, edit } = placeInText(field, path);
      const options = { severity, codes };
      if (near !== undefined) {
        const suggested = edit ? [{ ...edit, text: near }] : [];
        const fix = `Write ${near}.`;
        report(at, 'near', { resource, path: path.join('.'), near }, { ...options, fix, suggested });
      } else if (!mesh.istioAtLeast(FIRST_WITH_OTHER_FIELDS)) {
        const version = formatVersion(mesh.settings.istioVersion);
        report(at, 'unknown', { resource, path: path.join('.'), version }, options);
      }
    }
  },
});
