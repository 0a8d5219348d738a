import { defineRule, type Field, type Mesh, nameOf, type Workload } from '@meshvet/core';
import { severityForSidecar } from '../shared/severity/audience.ts';

export const runtimeTokenAutomount = defineRule({
  meta: {
    id: 'runtime-token-automount',
    summary: 'Pods in the mesh get no token of their service account, and the mesh is set up to need it.',
    why: 'With first-party tokens the proxy of Istio shows that token to istiod and gets no certificate without it; Linkerd without projected tokens does not inject such pods at all.',
    fix: 'Let the token be mounted, or set the mesh up with tokens of its own (third-party-jwt, token projection).',
    severity: 'warning',
    about: 'any mesh',
    subject: 'workload',
    sources: [
      'istio.io: Security Best Practices, Configure third party service account tokens',
      'linkerd2 pkg/inject/report.go (automountServiceAccountToken; token projection by default since 2.12)',
    ],
    messages: {
      istio:
        '{resource}: automountServiceAccountToken is false, and the proxies of this mesh authenticate with that token (jwtPolicy first-party-jwt), so the proxy gets no certificate.',
      linkerd:
        '{resource}: automountServiceAccountToken is false, and Linkerd {version} needs that token, so it does not inject the pods.',
    },
  },
  examples: {
    bad: [
      {
        title: 'first-party tokens',
        yaml: `
          apiVersion: install.istio.io/v1alpha1
          kind: IstioOperator
          metadata: { name: istio, namespace: istio-system }
          spec: { values: { global: { jwtPolicy: first-party-jwt } } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                automountServiceAccountToken: false #~ istio \`false\`
                containers: [{ name: cart, image: cart }]
        `,
      },
    ],
    good: [
      {
        title: 'tokens of the mesh, which are projected anyway',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                automountServiceAccountToken: false
                containers: [{ name: cart, image: cart }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const data = { resource: nameOf(workload.resource) };
    const { linkerd } = mesh.admission(workload);
    if (linkerd.cause === 'token') {
      const field = workload.podSpec.at('automountServiceAccountToken');
      return report(field, 'linkerd', { ...data, version: mesh.settings.linkerdVersion.join('.') });
    }
    const field = refusal(mesh, workload);
    if (!field) return;
    const { jwtPolicy } = mesh.installation;
    // The default of an old release was one thing for one profile and another for the next.
    if (jwtPolicy.value !== 'first-party-jwt' || !jwtPolicy.certain || jwtPolicy.from === 'default') return;
    const severity = severityForSidecar(mesh, workload, 'warning');
    const related = jwtPolicy.field ? [{ at: jwtPolicy.field, note: 'first-party-jwt is set here' }] : [];
    if (severity) report(field, 'istio', data, { severity, related });
  },
});

/** Where the token is refused: by the pod, or else by its service account. */
function refusal(mesh: Mesh, workload: Workload): Field | undefined {
  const own = workload.podSpec.at('automountServiceAccountToken');
  if (own.hasValue) return own.boolean() === false ? own : undefined;
  const name = workload.podSpec.at('serviceAccountName').hasValue
    ? workload.podSpec.at('serviceAccountName').string()
    : (workload.podSpec.at('serviceAccount').string() ?? 'default');
  const accounts = mesh.derive(refusingAccounts).get(`${workload.resource.namespace}/${name}`) ?? [];
  const account = accounts.find((a) => mesh.together(a.resource, workload.resource));
  // Another manifest of the account may say something else.
  return account && mesh.variants(account.resource).length === 1 ? account.field : undefined;
}

function refusingAccounts(mesh: Mesh) {
  const groups = new Map<string, { resource: Workload['resource']; field: Field }[]>();
  for (const resource of mesh.ofType('ServiceAccount')) {
    const field = resource.body.at('automountServiceAccountToken');
    if (resource.partial || field.boolean() !== false) continue;
    const key = `${resource.namespace}/${resource.name}`;
    groups.set(key, [...(groups.get(key) ?? []).slice(0, 5), { resource, field }]);
  }
  return groups;
}
