import { defineRule, nameOf, proxyConfigOf, proxyConfigProblems, WORKLOAD_TYPES } from '@meshvet/core';
import { placeInText } from '../shared/edits/embedded-place.ts';
import { severityForInjection } from '../shared/severity/injected-pods.ts';

export const annotationProxyConfigInvalid = defineRule({
  meta: {
    id: 'annotation-proxy-config-invalid',
    summary: 'Annotation proxy.istio.io/config holds something that is no valid ProxyConfig.',
    why: 'The injector reads the text before it makes the sidecar, and refuses the whole pod when it cannot.',
    fix: 'Write the field as ProxyConfig has it: texts in quotes, booleans without, durations such as 45s.',
    severity: 'error',
    about: 'istio',
    subject: 'resource',
    types: WORKLOAD_TYPES,
    since: '1.6',
    codes: ['IST0125'],
    sources: [
      'istio/istio pkg/kube/inject/validate.go (validateProxyConfig)',
      'istio/istio pkg/config/validation/agent/validation.go (ValidateMeshConfigProxyConfig)',
      'istio/api mesh/v1alpha1/proxy.proto',
    ],
    messages: {
      notYaml:
        '{resource}: annotation proxy.istio.io/config is neither YAML nor JSON ({reason}), so the pod is rejected.',
      notMapping: '{resource}: annotation proxy.istio.io/config: {reason}, so the pod is rejected.',
      field:
        '{resource}: field {path} of proxy.istio.io/config: {reason}; the injector refuses it, and the pod is rejected.',
      idle: '{resource}: field {path} of proxy.istio.io/config: {reason}, so it has no effect.',
    },
  },
  examples: {
    bad: [
      {
        title: 'an environment variable that is no text',
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
                    proxyMetadata:
                      ISTIO_META_DNS_CAPTURE: true #~ field
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'texts in quotes',
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
                    proxyMetadata:
                      ISTIO_META_DNS_CAPTURE: "true"
                    holdApplicationUntilProxyStarts: true
                    drainDuration: 45s
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    const config = proxyConfigOf(mesh, subject);
    if (!config) return;
    const severity = severityForInjection(mesh, subject, 'error');
    if (!severity) return;
    const { field, text } = config;
    const resource = nameOf(subject);
    const options = { severity, codes: subject.type === 'Pod' ? ['IST0125'] : [] };
    if (text.state === 'broken') return report(field, 'notYaml', { resource, reason: text.reason }, options);
    if (text.state !== 'read') return;
    for (const { kind, path, reason } of proxyConfigProblems(text.value)) {
      if (kind === 'unknown') continue;
      const { at } = placeInText(field, path);
      if (path.length === 0) report(field, 'notMapping', { resource, reason }, options);
      else if (kind === 'refused') report(at, 'field', { resource, path: path.join('.'), reason }, options);
      else report(at, 'idle', { resource, path: path.join('.'), reason }, { severity: 'warning', codes: [] });
    }
  },
});
