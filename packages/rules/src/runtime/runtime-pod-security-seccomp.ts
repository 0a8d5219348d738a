import {
  defineRule,
  isPatchedAnywhere,
  isSettled,
  type Namespace,
  nameOf,
  namespacesOf,
  POD_SECURITY,
} from '@meshvet/core';
import { insertString } from '../shared/edits/mapping-edit.ts';
import { severityForSidecar } from '../shared/severity/audience.ts';

export const runtimePodSecuritySeccomp = defineRule({
  meta: {
    id: 'runtime-pod-security-seccomp',
    summary: 'A Namespace asks every container for a seccomp profile, and the sidecar gets none.',
    why: 'The level restricted of Pod Security wants a seccompProfile for each container; what the containers of the application say themselves does not reach the injected ones, so the pods are rejected.',
    fix: 'Write securityContext.seccompProfile with type RuntimeDefault for the whole pod, or set the chart value global.proxy.seccompProfile (since Istio 1.28).',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: [
      'kubernetes.io: Pod Security Standards, Restricted (Seccomp, v1.19+)',
      'istio.io: Pod Security Admission',
      'istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml (seccompProfile since 1.28)',
    ],
    messages: {
      missing:
        '{resource}: {namespace} enforces "restricted", which wants a seccompProfile of type RuntimeDefault or Localhost for the sidecar too, and the pod says none.',
      unconfined:
        '{resource}: {namespace} enforces "restricted", and the seccompProfile of the pod, which the sidecar inherits, is "{type}". RuntimeDefault and Localhost are accepted.',
    },
  },
  examples: {
    bad: [
      {
        title: 'only the container of the application has a profile',
        yaml: `
          apiVersion: install.istio.io/v1alpha1
          kind: IstioOperator
          metadata: { name: istio, namespace: istio-system }
          spec:
            components: { cni: { enabled: true } }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled, pod-security.kubernetes.io/enforce: restricted } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: #~ missing
                containers:
                  - { name: cart, image: "cart:1", securityContext: { seccompProfile: { type: RuntimeDefault } } }
        `,
      },
    ],
    good: [
      {
        title: 'the pod has one, which every container inherits',
        yaml: `
          apiVersion: install.istio.io/v1alpha1
          kind: IstioOperator
          metadata: { name: istio, namespace: istio-system }
          spec:
            components: { cni: { enabled: true } }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled, pod-security.kubernetes.io/enforce: restricted } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                securityContext: { seccompProfile: { type: RuntimeDefault } }
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    // Without the CNI plugin no pod with a sidecar gets in at all, which another rule tells.
    if (!mesh.installation.cni.value || !mesh.kubernetesAtLeast('1.23')) return;
    const severity = severityForSidecar(mesh, workload, 'warning');
    if (!severity || workload.hasProxy) return;
    const namespaces = namespacesOf(mesh, workload.resource) ?? [];
    const [namespace] = namespaces;
    if (!namespace || !namespaces.every(isRestricted)) return;
    if (isPatchedAnywhere(workload.resource, 'seccompProfile')) return;
    const profile = workload.podSpec.at('securityContext').at('seccompProfile').at('type');
    const type = profile.text();
    if (profile.hasValue && (type === undefined || type === 'RuntimeDefault' || type === 'Localhost')) return;
    const words = { resource: nameOf(workload.resource), namespace: nameOf(namespace.resource) };
    const related = [{ at: namespace.resource.labels.at(ENFORCE), note: 'enforced here' }];
    if (profile.hasValue) return report(profile, 'unconfined', { ...words, type: type ?? '' }, { severity, related });
    const edits = isSettled(workload.resource)
      ? insertString(profile.parent as typeof profile, 'type', 'RuntimeDefault')
      : [];
    report(workload.podSpec.at('securityContext'), 'missing', words, { severity, related, edits });
  },
});

const ENFORCE = `${POD_SECURITY}enforce`;

// The check came with version 1.19 of the level.
function isRestricted({ resource: { labels } }: Namespace): boolean {
  const version = labels.get(`${ENFORCE}-version`);
  const old = version !== undefined && /^v1\.(?:\d|1[0-8])$/.test(version);
  return labels.get(ENFORCE) === 'restricted' && !labels.mayChange(ENFORCE) && !old;
}
