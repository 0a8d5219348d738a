import { defineRule, formatVersion, isMisspeltNativeKey, isSettled, NATIVE_SIDECAR_KEY, nameOf } from '@meshvet/core';
import { replaceKey, replaceString } from '../shared/edits/scalar-edit.ts';
import { severityForSidecar } from '../shared/severity/audience.ts';

export const sidecarNativeAnnotation = defineRule({
  meta: {
    id: 'sidecar-native-annotation',
    summary: 'The annotation that asks for a native sidecar does not say what its author means.',
    why: 'Only "true" and "false" mean the same to all releases: up to Istio 1.26 any other value turned the native sidecar off, and since 1.27 it turns it on.',
    fix: 'Write sidecar.istio.io/nativeSidecar: "true" or "false".',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio pkg/kube/inject/webhook.go (detectNativeSidecar), by tag: annotation since 1.24, another reading since 1.27',
      'istio.io: Resource Annotations (sidecar.istio.io/nativeSidecar)',
    ],
    messages: {
      tooOld:
        '{resource}: annotation sidecar.istio.io/nativeSidecar is read since Istio 1.24; Istio {version} does not know it, and the form of the sidecar is what the installation says.',
      readAsFalse:
        '{resource}: annotation sidecar.istio.io/nativeSidecar is "{value}"; Istio {version} takes all but "true" for "false", so the sidecar is no native one.',
      readAsTrue:
        '{resource}: annotation sidecar.istio.io/nativeSidecar is "{value}"; Istio {version} takes all but "false" for "true", so the sidecar is a native one.',
      empty:
        '{resource}: annotation sidecar.istio.io/nativeSidecar is empty and asks for nothing, so the form of the sidecar is what the installation says.',
      misspelt:
        '{resource}: annotation {key} is none that Istio reads; the native sidecar is asked for by sidecar.istio.io/nativeSidecar.',
    },
  },
  examples: {
    bad: [
      {
        title: 'since Istio 1.27 this asks for a native sidecar',
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
                  sidecar.istio.io/nativeSidecar: "no" #~ readAsTrue
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'a word that all releases read alike',
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
                  sidecar.istio.io/nativeSidecar: "false"
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podAnnotations } = workload;
    const severity = severityForSidecar(mesh, workload, 'warning');
    if (!severity) return;
    const data = { resource: nameOf(resource) };
    const version = formatVersion(mesh.settings.istioVersion);
    for (const key of podAnnotations.keys()) {
      if (!isMisspeltNativeKey(key)) continue;
      const suggested = podAnnotations.has(NATIVE_SIDECAR_KEY)
        ? []
        : replaceKey(podAnnotations.at(key), NATIVE_SIDECAR_KEY);
      report(podAnnotations.at(key), 'misspelt', { ...data, key }, { severity, onKey: true, suggested });
      return;
    }
    if (!podAnnotations.has(NATIVE_SIDECAR_KEY) || podAnnotations.mayChange(NATIVE_SIDECAR_KEY)) return;
    const field = podAnnotations.at(NATIVE_SIDECAR_KEY);
    if (!mesh.istioAtLeast('1.24')) {
      const fix = 'Take it away, or move to Istio 1.24 or later.';
      return report(field, 'tooOld', { ...data, version }, { severity, onKey: true, fix });
    }
    // Of a value that is no string another rule speaks.
    const value = field.value === null ? '' : field.string();
    if (value === undefined || value === 'true' || value === 'false') return;
    const meant = value.trim().toLowerCase();
    const edits = (meant === 'true' || meant === 'false') && isSettled(resource) ? replaceString(field, meant) : [];
    if (!mesh.istioAtLeast('1.27')) report(field, 'readAsFalse', { ...data, value, version }, { severity, edits });
    else if (value === '') report(field, 'empty', data, { severity });
    else report(field, 'readAsTrue', { ...data, value, version }, { severity, edits });
  },
});
