import {
  defineRule,
  isPatchedAt,
  type Mesh,
  matches,
  mtlsOf,
  nameOf,
  type PeerAuthentication,
  peerAuthentications,
  type Resource,
} from '@meshvet/core';

export const policyRootSelectorIgnored = defineRule({
  meta: {
    id: 'policy-root-selector-ignored',
    summary: 'A PeerAuthentication with a selector stands in the root namespace, where istiod reads none.',
    why: 'In the root namespace a PeerAuthentication is for the whole mesh and has no selector; with one it is left out altogether, so pods that should demand mutual TLS go on taking plain text.',
    fix: 'Put it into the namespace of the pods, or take the selector out if it is meant for the whole mesh.',
    severity: 'error',
    subject: 'resource',
    types: ['security.istio.io/PeerAuthentication'],
    since: '1.5',
    sources: [
      'istio/istio pilot/pkg/security/authn/policy_applier.go (ComposePeerAuthentication)',
      'istio.io: PeerAuthentication (selector)',
    ],
    messages: {
      open: '{policy}: a selector in the root namespace {namespace} makes istiod leave the policy out, so the STRICT in it holds for no pod, and {pods} take plain text.',
      ignored:
        '{policy}: a selector in the root namespace {namespace} makes istiod leave the policy out, so what it says of {pods} holds nowhere.',
    },
  },
  examples: {
    bad: [
      {
        title: 'mutual TLS for one application, asked for from afar',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: cart, namespace: istio-system }
          spec:
            selector: { matchLabels: { app: cart } } #~ open
            mtls: { mode: STRICT }
        `,
      },
    ],
    good: [
      {
        title: 'the mesh as a whole, and a selector beside the pods',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: istio-system }
          spec: { mtls: { mode: STRICT } }
          ---
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            mtls: { mode: PERMISSIVE }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const { rootNamespace } = mesh.installation;
    if (!rootNamespace.certain || mesh.assumesNamespace(resource) || isPatchedAt(resource, 'spec', 'selector')) return;
    const policy = mesh.derive(ignoredPolicies).get(resource);
    if (!policy) return;
    const modes = [policy.mtls, ...policy.ports.values()].map((setting) => setting.mode);
    const strict = modes.includes('STRICT') && !isStrictAnyway(mesh, policy);
    const labels = policy.selector?.requirements?.map((r) => `${r.key}=${r.values[0] ?? ''}`).sort() ?? [];
    const words = {
      policy: nameOf(resource),
      namespace: rootNamespace.value,
      pods: labels.length > 0 ? `pods with ${labels.slice(0, 4).join(', ')}` : 'the pods that it is for',
    };
    const field = resource.body.at('spec').at('selector');
    if (strict) report(field, 'open', words, { onKey: true });
    else report(field, 'ignored', words, { onKey: true, severity: 'warning' });
  },
});

function ignoredPolicies(mesh: Mesh): ReadonlyMap<Resource, PeerAuthentication> {
  return new Map(
    peerAuthentications(mesh)
      .filter((p) => p.scope === 'ignored')
      .map((p) => [p.resource, p]),
  );
}

// The policy of the mesh demands what this one does not bring about, or those of the namespaces of all the pods that were read.
function isStrictAnyway(mesh: Mesh, { selector }: PeerAuthentication): boolean {
  const ofMesh = peerAuthentications(mesh).filter((p) => p.scope === 'mesh');
  if (ofMesh.length > 0 && ofMesh.every((p) => p.mtls.mode === 'STRICT')) return true;
  const pods = selector ? mesh.workloads.filter((w) => matches(selector, w.podLabels) === 'yes') : [];
  return pods.length > 0 && pods.every((w) => mtlsOf(mesh, w).mode === 'STRICT');
}
