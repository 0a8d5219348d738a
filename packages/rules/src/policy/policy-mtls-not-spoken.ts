import {
  ANY_OTHER_NAMESPACE,
  type CalledHost,
  clientIn,
  clientNamespaces,
  type DestinationRule,
  defineRule,
  destinationRules,
  isSystemNamespace,
  type MergedRule,
  type Mesh,
  nameOf,
  namespaceOfHost,
  type PeerAuthentication,
  peerAuthentications,
  type RegistryHost,
  type Resource,
  registryOf,
  serversBehind,
  spokenTo,
  standsBeside,
  unseenServer,
} from '@meshvet/core';

export const policyMtlsNotSpoken = defineRule({
  meta: {
    id: 'policy-mtls-not-spoken',
    summary: 'A PeerAuthentication and what clients speak by themselves do not fit.',
    why: 'With enableAutoMtls off clients speak mutual TLS only where a DestinationRule tells them to, and servers that demand it refuse all else; servers that have it switched off cannot end the mutual TLS that a rule makes clients speak.',
    fix: 'Turn enableAutoMtls on and leave trafficPolicy.tls out of the DestinationRules, or make both say the same.',
    severity: 'error',
    subject: 'resource',
    types: ['security.istio.io/PeerAuthentication'],
    since: '1.5',
    codes: ['KIA0401', 'KIA0501', 'KIA0505', 'KIA0506'],
    sources: [
      'istio.io: MeshConfig (enableAutoMtls)',
      'istio/istio pilot/pkg/networking/core/cluster_tls.go',
      'kiali business/checkers/peerauthentications/disabled_namespacewide_checker.go',
      'kiali business/checkers/peerauthentications/namespace_mtls_checker.go',
    ],
    messages: {
      nobodySpeaks:
        '{policy}: {pods} accept only mTLS, enableAutoMtls is off, and no DestinationRule makes clients of {host} speak it; requests fail.',
      clientsInsist: '{policy}: turns mTLS off, and {rule} makes clients of {host} speak it; requests fail.',
    },
  },
  examples: {
    bad: [
      {
        title: 'STRICT without auto mTLS, and no rule',
        yaml: `
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: istio, namespace: istio-system }
          data: { mesh: "enableAutoMtls: false" }
          ---
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec: { mtls: { mode: STRICT } } #~ nobodySpeaks \`STRICT\`
        `,
      },
    ],
    good: [
      {
        title: 'a rule for the namespace tells clients to speak it',
        yaml: `
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: istio, namespace: istio-system }
          data: { mesh: "enableAutoMtls: false" }
          ---
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec: { mtls: { mode: STRICT } }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: default, namespace: shop }
          spec:
            host: "*.shop.svc.cluster.local"
            trafficPolicy: { tls: { mode: ISTIO_MUTUAL } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh: whole, report }) {
    if (isSystemNamespace(resource.namespace) || !whole.derive(policiesByResource).has(resource)) return;
    const mesh = whole.around(resource);
    const policy = mesh?.derive(policiesByResource).get(resource);
    if (!mesh || !policy || policy.scope === 'ignored') return;
    const { mode, field } = policy.mtls;
    const { meshConfig } = mesh.installation;
    if (mode === 'STRICT' && meshConfig.certain && meshConfig.value.enableAutoMtls === false) {
      const hit = unspoken(mesh, policy);
      if (!hit) return;
      report(
        field,
        'nobodySpeaks',
        { policy: nameOf(resource), host: hit.host, pods: podsOf(policy) },
        {
          severity: hit.sure ? 'error' : 'warning',
          codes: policy.scope === 'workload' ? [] : [policy.scope === 'mesh' ? 'KIA0401' : 'KIA0501'],
        },
      );
    } else if (mode === 'DISABLE') {
      const hit = insisted(mesh, policy);
      if (!hit) return;
      const rule = hit.rule.rules.find((r) => r.spec.at('trafficPolicy').hasValue) as DestinationRule;
      report(
        field,
        'clientsInsist',
        { policy: nameOf(resource), host: hit.host, rule: nameOf(rule.resource) },
        {
          // The rule is told that its requests fail.
          severity: 'info',
          codes: policy.scope === 'workload' ? [] : [policy.scope === 'mesh' ? 'KIA0506' : 'KIA0505'],
          related: [{ at: rule.spec.at('trafficPolicy').at('tls'), note: `the mTLS of ${nameOf(rule.resource)}` }],
        },
      );
    }
  },
});

function podsOf({ scope, resource }: PeerAuthentication): string {
  if (scope === 'workload') return 'the pods that it selects';
  return scope === 'mesh' ? 'all pods of the mesh' : `all pods of namespace ${resource.namespace}`;
}

function policiesByResource(mesh: Mesh): ReadonlyMap<Resource, PeerAuthentication> {
  return new Map(peerAuthentications(mesh).map((policy) => [policy.resource, policy]));
}

// So many Services are looked at one by one.
const MOST_HOSTS = 300;

/** The Services whose pods a policy may be for. */
function hostsNear(mesh: Mesh, { scope, resource }: PeerAuthentication): readonly RegistryHost[] {
  return registryOf(mesh)
    .hosts.filter((h) => h.service && (scope === 'mesh' || h.namespace === resource.namespace))
    .filter((h) => standsBeside(mesh, h.resource, resource))
    .slice(0, MOST_HOSTS);
}

/** A host whose pods demand mTLS by this policy, while no proxy is told to speak it. */
function unspoken(
  mesh: Mesh,
  policy: PeerAuthentication,
): { readonly host: string; readonly sure: boolean } | undefined {
  const { resource } = policy;
  let seen = false;
  for (const host of hostsNear(mesh, policy)) {
    for (const port of host.ports) {
      const { servers, all } = serversBehind(mesh, host, port, undefined, resource);
      const mine = servers.filter(
        (s) => s.policy && mesh.sameObject(s.policy, resource) && s.takes === 'STRICT' && !s.ambient,
      );
      if (mine.length === 0) continue;
      seen = true;
      if (allSpeakPlain(mesh, host, port.number))
        return { host: host.host, sure: all && mine.length === servers.length && mine.every((s) => s.sure) };
    }
  }
  if (seen || policy.scope === 'workload') return undefined;
  // Of pods that nobody has read: where no rule for hosts of the namespace speaks of mTLS.
  const namespace = policy.scope === 'mesh' ? 'any' : (resource.namespace ?? '');
  const server = unseenServer(mesh, namespace === 'any' ? undefined : namespace, resource, true);
  if (server?.takes !== 'STRICT' || mesh.derive(destinationRules).some((rule) => speaksIn(rule, namespace)))
    return undefined;
  return { host: namespace === 'any' ? 'the mesh' : `*.${namespace}.svc.cluster.local`, sure: false };
}

// A rule whose host nobody can tell may be the one.
function speaksIn(rule: DestinationRule, namespace: string): boolean {
  const there = rule.host ? namespaceOfHost(rule.host) : 'any';
  if (there === undefined || (namespace !== 'any' && there !== 'any' && there !== namespace)) return false;
  const policies = [rule.spec.at('trafficPolicy'), ...rule.subsets.map((s) => s.field.at('trafficPolicy'))];
  return policies.some((p) => p.at('tls').hasValue || p.at('portLevelSettings').hasValue);
}

// No client is told anything: a rule that says plain text is a mistake of its own.
function allSpeakPlain(mesh: Mesh, host: CalledHost, port: number): boolean {
  const namespaces = new Set([host.namespace, ANY_OTHER_NAMESPACE, ...clientNamespaces(mesh)]);
  return [...namespaces].every((namespace) => {
    const { tls, setting } = spokenTo(mesh, clientIn(namespace), host, port);
    return tls === 'none' && !setting;
  });
}

/** A host whose pods have mTLS switched off by this policy, while a rule makes clients speak it. */
function insisted(
  mesh: Mesh,
  policy: PeerAuthentication,
): { readonly host: string; readonly rule: MergedRule } | undefined {
  const { resource } = policy;
  for (const host of hostsNear(mesh, policy))
    for (const port of host.ports) {
      const { servers } = serversBehind(mesh, host, port, undefined, resource);
      if (!servers.some((s) => s.policy && mesh.sameObject(s.policy, resource) && s.takes === 'DISABLE')) continue;
      const { tls, rule } = spokenTo(mesh, clientIn(host.namespace), host, port.number);
      if (rule && tls === 'istio') return { host: host.host, rule };
    }
  if (policy.scope === 'workload') return undefined;
  const namespace = resource.namespace ?? '';
  const server = unseenServer(mesh, policy.scope === 'mesh' ? undefined : namespace, resource, true);
  if (server?.takes !== 'DISABLE' || !server.policy || !mesh.sameObject(server.policy, resource)) return undefined;
  const host = policy.scope === 'mesh' ? '*.local' : `*.${namespace}.svc.cluster.local`;
  const { tls, rule } = spokenTo(mesh, clientIn(namespace), { host, namespace }, undefined);
  const [first] = rule?.rules ?? [];
  if (!rule || !first || tls === 'none' || tls === 'auto' || tls === 'simple' || tls === undefined) return undefined;
  return standsBeside(mesh, first.resource, resource) ? { host, rule } : undefined;
}
