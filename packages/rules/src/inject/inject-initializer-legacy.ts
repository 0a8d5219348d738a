import { defineRule, type Field, nameOf, podTemplateOf } from '@meshvet/core';

const KEY = 'alpha.istio.io/sidecar';

export const injectInitializerLegacy = defineRule({
  meta: {
    id: 'inject-initializer-legacy',
    summary: 'A manifest still asks for the Initializer, by which Istio injected sidecars before it had a webhook.',
    why: 'Istio gave it up before 1.0, and Kubernetes removed initializers in 1.16: nothing reads it, so nothing is injected by it.',
    fix: 'Remove it, and label the namespace istio-injection=enabled or the pods sidecar.istio.io/inject="true".',
    severity: 'info',
    about: 'istio',
    subject: 'resource',
    sources: [
      'istio.io: Installing the Istio Sidecar, 0.5 to 0.8',
      'kubernetes: CHANGELOG-1.16, removal of admissionregistration.k8s.io/v1alpha1 InitializerConfiguration',
    ],
    messages: {
      configuration:
        '{resource} registers the initializer "{name}"; Istio injects by a webhook, and Kubernetes has no initializers since 1.16.',
      annotation: '{resource} has annotation {key}, which only the Initializer of Istio before 1.0 read.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the configuration of the Initializer',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1alpha1
          kind: InitializerConfiguration
          metadata: { name: istio-sidecar }
          initializers:
            - name: sidecar.initializer.istio.io #~ configuration
              rules: [{ apiGroups: ["*"], apiVersions: ["*"], resources: [deployments] }]
        `,
      },
      {
        title: 'what it left in a manifest',
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
                  alpha.istio.io/sidecar: injected #~ annotation
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'the label that took its place',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, sidecar.istio.io/inject: "true" } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject, report }) {
    if (subject.type === 'admissionregistration.k8s.io/InitializerConfiguration') {
      for (const initializer of subject.body.at('initializers').items() as Field[]) {
        const name = initializer.at('name').string();
        if (name?.endsWith('.istio.io'))
          report(initializer.at('name'), 'configuration', { resource: nameOf(subject), name });
      }
      return;
    }
    const template = podTemplateOf(subject.body, subject.type);
    const own = subject.annotations.has(KEY) ? [subject.body] : [];
    for (const field of template && template.value !== subject.body.value ? [...own, template] : own) {
      const annotation = field.at('metadata').at('annotations').at(KEY);
      if (annotation.exists) report(annotation, 'annotation', { resource: nameOf(subject), key: KEY }, { onKey: true });
    }
  },
});
