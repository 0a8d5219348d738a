import {
  defineRule,
  endpointsSelected,
  type Field,
  isPatchedAt,
  type Mesh,
  mtlsOf,
  nameOf,
  type PlainCallers,
  type PolicySelection,
  peerAuthentications,
  plainCallersOf,
  type Resource,
  type Selector,
  selectionToJudge,
} from '@meshvet/core';

export const policyIdentityWithoutMtls = defineRule({
  meta: {
    id: 'policy-identity-without-mtls',
    summary: 'An AuthorizationPolicy asks who the caller is, and no mutual TLS comes to the pods it holds for.',
    why: 'Without mutual TLS a caller has no identity: an ALLOW policy lets nobody in by that condition, a DENY policy stops nobody.',
    fix: 'Let the PeerAuthentication of the pods and the DestinationRules of their hosts have mutual TLS, or ask for something else than the identity.',
    severity: 'error',
    subject: 'resource',
    types: ['security.istio.io/AuthorizationPolicy'],
    codes: ['KIA0105'],
    since: '1.5',
    sources: [
      'istio.io/docs/concepts/security/#dependency-on-mutual-tls',
      'istio.io/docs/reference/config/security/authorization-policy/#Source',
      'kiali business/checkers/authorization/mtls_enabled_checker.go',
    ],
    messages: {
      identity:
        '{policy}: {field} asks for the identity of the caller, which {pods} never see, because {peer} sets mode DISABLE.',
      plainCallers:
        '{policy}: {field} asks for the identity of the caller, which {pods} never see, because {rule} makes all clients of {host} send {tls}.',
      nothingSpoken:
        '{policy}: {field} asks for the identity of the caller, which {pods} never see, because enableAutoMtls is off and no DestinationRule makes clients of {host} speak mTLS.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - from:
                  - source:
                      principals: [cluster.local/ns/shop/sa/front] #~ identity
          ---
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec: { mtls: { mode: DISABLE } }
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec: { rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/front] } }] }] }
          ---
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec: { mtls: { mode: PERMISSIVE } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh: whole, report }) {
    if (resource.type !== 'security.istio.io/AuthorizationPolicy' || isPatchedAt(resource, 'spec', 'rules')) return;
    if (!selectionToJudge(whole, resource)) return;
    const uses = usesOf(resource);
    const mesh = uses.length > 0 ? whole.around(resource) : undefined;
    const selection = mesh && selectionToJudge(mesh, resource);
    // One that is attached to a waypoint or a gateway asks for identities that others have checked.
    if (!mesh || !selection || selection.attached || selection.everywhere) return;
    const policy = nameOf(resource);
    const pods = selection.selector ? 'the pods that it selects' : `the pods of namespace ${resource.namespace}`;
    const off = switchedOff(mesh, selection);
    const plain = off ? undefined : plainCallers(mesh, selection);
    for (const { field, name } of uses) {
      const words = { policy, field: name, pods };
      if (off) {
        const related = [{ at: off.field, note: 'mutual TLS is switched off here' }];
        report(field, 'identity', { ...words, peer: nameOf(off.policy) }, { related, onKey: true });
      } else if (plain?.rule && plain.setting) {
        const { rule, setting, host } = plain;
        const tls =
          setting.mode === 'DISABLE' ? 'plain text (tls mode DISABLE)' : 'TLS without a certificate of the mesh';
        const related = [{ at: setting.field, note: 'the TLS of the clients' }];
        report(field, 'plainCallers', { ...words, rule: nameOf(rule), host, tls }, { related, onKey: true });
      } else if (plain) report(field, 'nothingSpoken', { ...words, host: plain.host }, { onKey: true });
    }
  },
});

// What is said of pods of a namespace that nobody has read holds for each of them.
function plainCallers(mesh: Mesh, selection: PolicySelection): PlainCallers | undefined {
  const { resource } = selection;
  const namespace = resource.namespace ?? '';
  if (isAmbient(mesh, namespace)) return undefined;
  const { endpoints, open } = endpointsSelected(mesh, selection);
  if (!selection.selector) {
    const here = mesh.workloads.filter((w) => w.resource.namespace === namespace && mesh.sidecar(w).present !== 'no');
    return here.length > MOST ? undefined : plainCallersOf(mesh, namespace, here, resource);
  }
  if (open || endpoints.length > MOST) return undefined;
  const workloads = endpoints.flatMap((e) => e.workload ?? []);
  if (workloads.length !== endpoints.length || workloads.some((w) => w.isGateway)) return undefined;
  return plainCallersOf(mesh, namespace, workloads, resource);
}

const MOST = 200;

const OF_SOURCE = [
  'principals',
  'notPrincipals',
  'namespaces',
  'notNamespaces',
  'serviceAccounts',
  'notServiceAccounts',
];
const CONDITIONS: ReadonlySet<string> = new Set(['source.namespace', 'source.principal', 'connection.sni']);

function usesOf({ body }: Resource): readonly { readonly field: Field; readonly name: string }[] {
  return (body.at('spec').at('rules').items() as Field[]).slice(0, MOST).flatMap((rule) => [
    ...(rule.at('from').items() as Field[]).slice(0, MOST).flatMap((from) =>
      OF_SOURCE.flatMap((name) => {
        const field = from.at('source').at(name);
        return field.items().length > 0 ? [{ field, name }] : [];
      }),
    ),
    ...(rule.at('when').items() as Field[]).slice(0, MOST).flatMap((condition) => {
      const field = condition.at('key');
      const name = field.string() ?? '';
      return CONDITIONS.has(name) ? [{ field, name }] : [];
    }),
  ]);
}

interface Off {
  readonly policy: Resource;
  readonly field: Field;
}

// What surely takes mutual TLS from all pods that a policy holds for. A port with a mode of its own may have it all the same.
function switchedOff(mesh: Mesh, selection: PolicySelection): Off | undefined {
  const { resource } = selection;
  const inNamespace = peerAuthentications(mesh)
    .slice(0, MOST)
    .filter((p) => p.resource.namespace === resource.namespace);
  if (inNamespace.some((p) => p.ports.size > 0)) return undefined;
  if (selection.selector) {
    const { endpoints, open } = endpointsSelected(mesh, selection);
    if (endpoints.length > 0 && !open) {
      const modes = endpoints.slice(0, MOST).map((e) => {
        if (!e.workload || !mesh.together(e.resource, resource)) return undefined;
        if (mesh.admission(e.workload).ambient.answer !== 'no' && mesh.sidecar(e.workload).present !== 'yes')
          return undefined;
        const { mode, certain, policy, field } = mtlsOf(mesh, e.workload);
        return mode === 'DISABLE' && certain && policy && field ? { policy, field } : undefined;
      });
      return modes.includes(undefined) ? undefined : modes[0];
    }
  }
  // Whatever pods have all labels that the policy asks for have those of a PeerAuthentication that asks for some of them.
  const narrow = inNamespace.filter((p) => p.scope === 'workload' && !contradict(p.selector, selection.selector));
  const [covering] = narrow.filter((p) => isWithin(p.selector, selection.selector));
  if (selection.selector && covering && narrow.every((p) => p.mtls.mode === 'DISABLE')) {
    if (!mesh.appliedTogether(covering.resource, resource) || isAmbient(mesh, resource.namespace ?? ''))
      return undefined;
    return { policy: covering.resource, field: covering.mtls.field };
  }
  // Of pods that nobody has seen it is known where the namespace or the mesh says it, and nothing narrower may say otherwise.
  const wider = peerAuthentications(mesh).filter((p) => p.scope === 'mesh');
  const [only, second] = inNamespace.length > 0 ? inNamespace : wider;
  if (!only || second || only.mtls.mode !== 'DISABLE') return undefined;
  if (only.scope !== 'namespace' && only.scope !== 'mesh') return undefined;
  if (!mesh.appliedTogether(only.resource, resource) || isAmbient(mesh, resource.namespace ?? '')) return undefined;
  return { policy: only.resource, field: only.mtls.field };
}

function isWithin(inner: Selector | undefined, outer: Selector | undefined): boolean {
  const pairs = new Set(outer?.requirements?.map((r) => `${r.key}=${r.values[0]}`));
  return inner?.requirements?.every((r) => pairs.has(`${r.key}=${r.values[0]}`)) ?? false;
}

// Two values of one label are on no pod both.
function contradict(one: Selector | undefined, other: Selector | undefined): boolean {
  const values = new Map(other?.requirements?.map((r) => [r.key, r.values[0]]));
  return one?.requirements?.some((r) => values.has(r.key) && values.get(r.key) !== r.values[0]) ?? false;
}

// Between pods of the ambient mesh ztunnel speaks mutual TLS whatever a policy says.
function isAmbient(mesh: Mesh, namespace: string): boolean {
  const found = mesh.namespace(namespace);
  const here = found.state === 'found' && found.value.some((n) => n.resource.labels.has('istio.io/dataplane-mode'));
  return (
    here || mesh.workloads.some((w) => w.resource.namespace === namespace && w.podLabels.has('istio.io/dataplane-mode'))
  );
}
