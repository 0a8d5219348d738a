import {
  type CalledHost,
  classOf,
  covers,
  type DestinationRule,
  defineRule,
  destinationRulesByHost,
  destinationRuleToJudge,
  type Field,
  followerOf,
  isPatchedAt,
  isTaken,
  isTakenBy,
  isVisibleIn,
  type Mesh,
  NO_PORT,
  nameOf,
  namespaceOfHost,
  peerAuthentications,
  type RegistryHost,
  type RegistryPort,
  type ReportOptions,
  type Resource,
  registryOf,
  ruleAlone,
  type Server,
  serversBehind,
  spokenBy,
  type TlsSetting,
  tlsOf,
  type UpstreamTls,
  unseenServer,
} from '@meshvet/core';

export const routeDestinationRuleTlsMismatch = defineRule({
  meta: {
    id: 'route-destination-rule-tls-mismatch',
    summary: 'A DestinationRule makes clients speak another TLS than the servers behind its host do.',
    why: 'Servers with STRICT mTLS refuse plain text and TLS without a certificate of the mesh, servers without a proxy do not understand the mTLS of the mesh, and those with mTLS switched off do not end it; every request fails.',
    fix: 'Leave out trafficPolicy.tls, so that Istio chooses for each endpoint, or change the PeerAuthentication of the servers.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/DestinationRule'],
    codes: ['KIA0204', 'KIA0205', 'KIA0206', 'KIA0207', 'KIA0208'],
    sources: [
      'istio.io/docs/ops/configuration/traffic-management/tls-configuration/',
      'istio/istio pilot/pkg/networking/core/cluster_tls.go',
      'istio/istio pilot/pkg/networking/core/filterchain_options.go',
      'istio/istio pilot/pkg/networking/util/util.go (MergeTrafficPolicy)',
      'kiali business/checkers/destinationrules/disabled_namespacewide_mtls_checker.go',
      'kiali business/checkers/destinationrules/disabled_meshwide_mtls_checker.go',
      'kiali business/checkers/destinationrules/traffic_policy_checker.go',
    ],
    messages: {
      plain:
        '{rule}: clients of {host} send plain text, and {policy} lets its servers accept only mTLS; requests fail.',
      ownTls:
        '{rule}: clients of {host} begin TLS of mode {mode}, and the sidecars of its servers take only mTLS of the mesh or plain text there; requests fail.',
      noProxy: '{rule}: clients of {host} send mTLS of the mesh, and {workload} has no proxy: {reason}; requests fail.',
      notCaptured:
        '{rule}: clients of {host} send mTLS of the mesh, and the sidecar of {workload} does not take in the port: {reason}; requests fail.',
      switchedOff:
        '{rule}: clients of {host} send mTLS of the mesh, and {policy} turns it off for its servers; requests fail.',
      dropsMtls:
        '{rule}: says no tls and replaces {other}, which asks for mTLS (ISTIO_MUTUAL); since enableAutoMtls is off, clients of {host} send plain text.',
      notDemanded:
        '{rule}: clients of {host} send mTLS of the mesh, and no PeerAuthentication demands it, so the servers take plain text from everybody else.',
    },
  },
  examples: {
    bad: [
      {
        title: 'plain text towards STRICT',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec: { mtls: { mode: STRICT } }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: cart
            trafficPolicy:
              tls:
                mode: DISABLE #~ plain \`DISABLE\`
        `,
      },
      {
        title: 'mTLS of the mesh towards pods without a proxy',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: legacy, namespace: shop }
          spec: { selector: { app: legacy }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: legacy, namespace: shop }
          spec:
            selector: { matchLabels: { app: legacy } }
            template:
              metadata: { labels: { app: legacy, sidecar.istio.io/inject: "false" } }
              spec: { containers: [{ name: legacy, image: legacy }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: legacy, namespace: shop }
          spec:
            host: legacy
            trafficPolicy:
              tls:
                mode: ISTIO_MUTUAL #~ noProxy \`ISTIO_MUTUAL\`
        `,
      },
    ],
    good: [
      {
        title: 'plain text towards PERMISSIVE',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec: { mtls: { mode: PERMISSIVE } }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: cart
            trafficPolicy: { tls: { mode: DISABLE } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh: whole, report }) {
    const asked = destinationRuleToJudge(whole, resource);
    if (!asked?.host || isPatchedAt(resource, 'spec', 'trafficPolicy')) return;
    const mesh = hasTls(asked) || isAutoMtlsOff(whole) ? whole.around(resource) : undefined;
    const rule = mesh && destinationRuleToJudge(mesh, resource);
    if (!mesh || !rule?.host) return;
    const told = new Set<string>();
    for (const hit of worstFirst(mesh, rule)) {
      const { place, verdict, host } = hit;
      if (told.has(place.pointer)) continue;
      told.add(place.pointer);
      const { server, tls, certain } = verdict;
      const options: ReportOptions = { severity: certain ? 'error' : 'warning', codes: [] };
      const words = { rule: nameOf(resource), host };
      const workload = server.workload ? nameOf(server.workload.resource) : '';
      if (server.takes === 'NO_PROXY' && server.workload) {
        const { reason } = server;
        const note = `the pods of ${workload}`;
        const related = [{ at: server.field ?? server.workload.podLabels.field, note }];
        const id = mesh.membership(server.workload).answer === 'no' ? 'noProxy' : 'notCaptured';
        report(place, id, { ...words, workload, reason }, { ...options, related });
        continue;
      }
      const related =
        server.field && server.policy ? [{ at: server.field, note: `the mode in ${nameOf(server.policy)}` }] : [];
      const policy = server.policy ? nameOf(server.policy) : 'a PeerAuthentication';
      if (tls === 'none') {
        const code = server.scope === 'namespace' ? 'KIA0207' : 'KIA0208';
        const codes = hit.whole && server.scope !== 'workload' ? [code] : [];
        report(place, 'plain', { ...words, policy }, { ...options, codes, related });
      } else if (tls === 'istio') report(place, 'switchedOff', { ...words, policy }, { ...options, related });
      else report(place, 'ownTls', { ...words, mode: tls === 'simple' ? 'SIMPLE' : 'MUTUAL' }, { ...options, related });
    }
    if (told.size > 0) return;
    const other = isAutoMtlsOff(mesh) ? dropped(mesh, rule) : undefined;
    const policy = rule.spec.at('trafficPolicy');
    if (other)
      report(
        policy.hasValue ? policy : rule.hostField,
        'dropsMtls',
        { rule: nameOf(resource), host: rule.host.written, other: nameOf(other.resource) },
        {
          severity: 'warning',
          codes: ['KIA0204'],
          onKey: policy.hasValue,
          related: [{ at: other.spec.at('trafficPolicy').at('tls'), note: `mTLS in ${nameOf(other.resource)}` }],
        },
      );
    else if (isAutoMtlsOff(mesh) && isUndemanded(mesh, rule))
      report(
        policy.at('tls').at('mode'),
        'notDemanded',
        { rule: nameOf(resource), host: rule.host.written },
        {
          severity: 'info',
          advice: true,
          codes: [namespaceOfHost(rule.host) === 'any' ? 'KIA0205' : 'KIA0206'],
          fix: 'Add a PeerAuthentication with mode STRICT once all clients are in the mesh.',
        },
      );
  },
});

interface Verdict {
  readonly server: Server;
  readonly tls: UpstreamTls;
  /** Every request surely fails. */
  readonly certain: boolean;
}

interface Hit {
  /** Where the TLS is written. */
  readonly place: Field;
  /** It holds for the host as a whole, and not for a port or a subset of it. */
  readonly whole: boolean;
  readonly verdict: Verdict;
  /** "cart", "cart, subset v2", "cart, port 80". */
  readonly host: string;
}

// Of one place what is certain comes first.
function worstFirst(mesh: Mesh, rule: DestinationRule): readonly Hit[] {
  const hits = [...hitsOf(mesh, rule)];
  return [...hits.filter((h) => h.verdict.certain), ...hits.filter((h) => !h.verdict.certain)];
}

// So many hosts of a wildcard are looked at one by one.
const MOST_HOSTS = 300;

function* hitsOf(mesh: Mesh, rule: DestinationRule): Iterable<Hit> {
  const { host, resource } = rule;
  if (!host) return;
  const hosts = host.wildcard
    ? registryOf(mesh)
        .hosts.filter((h) => h.service && covers(host.fqdn, h.host))
        .slice(0, MOST_HOSTS)
    : registryOf(mesh).at(host.fqdn);
  let seen = false;
  for (const called of hosts) {
    if (!called.service) return;
    const follower = followerOf(mesh, resource, called);
    if (!follower) {
      seen ||=
        host.wildcard &&
        called.ports.some((p) => serversBehind(mesh, called, p, undefined, resource).servers.length > 0);
      continue;
    }
    const written = host.wildcard ? called.host : host.written;
    for (const part of partsOf(mesh, rule, called, follower.policyHolds)) {
      const { servers, all } = serversBehind(mesh, called, part.port, part.subset, resource);
      if (servers.length > 0) seen = true;
      const verdict = judge(servers, all, part.tls, part.port.protocol);
      if (verdict) yield { ...part, verdict, host: `${written}${part.words}` };
    }
  }
  if (!seen) yield* unseen(mesh, rule);
}

interface Part {
  readonly port: RegistryPort;
  readonly subset: DestinationRule['subsets'][number] | undefined;
  readonly place: Field;
  readonly whole: boolean;
  readonly words: string;
  readonly tls: UpstreamTls;
}

// The TLS of each port, and of each subset that has its own.
function* partsOf(mesh: Mesh, rule: DestinationRule, host: RegistryHost, policyHolds: boolean): Iterable<Part> {
  const alone = ruleAlone(rule);
  const settled = !isPatchedAt(rule.resource, 'spec', 'subsets');
  for (const port of host.ports) {
    const above = policyHolds ? tlsOf(alone, undefined, port.number) : undefined;
    const spoken = spokenBy(mesh, above);
    if (above && spoken && spoken !== 'auto') {
      const whole = !isOfPort(above);
      yield {
        port,
        subset: undefined,
        ...placed(above),
        whole,
        words: whole ? '' : `, port ${port.number}`,
        tls: spoken,
      };
    }
    for (const subset of settled ? alone.subsets : []) {
      const own = tlsOf(alone, subset, port.number);
      const speaks = spokenBy(mesh, own);
      if (
        !own ||
        own.field.pointer === above?.field.pointer ||
        !speaks ||
        speaks === 'auto' ||
        !isWithin(own.field, subset.field)
      )
        continue;
      const words = `, subset ${subset.name ?? ''}${isOfPort(own) ? `, port ${port.number}` : ''}`;
      yield { port, subset, ...placed(own), whole: false, words, tls: speaks };
    }
  }
}

function placed({ field }: TlsSetting): { readonly place: Field } {
  return { place: field };
}

function isOfPort({ field }: TlsSetting): boolean {
  for (let at: Field | undefined = field; at; at = at.parent) if (at.key === 'portLevelSettings') return true;
  return false;
}

function isWithin(field: Field, above: Field): boolean {
  return field.pointer.startsWith(`${above.pointer}/`);
}

function judge(
  servers: readonly Server[],
  all: boolean,
  tls: UpstreamTls,
  protocol: RegistryPort['protocol'],
): Verdict | undefined {
  const kind = classOf(protocol);
  const inbound = kind === 'udp' ? 'tcp' : kind;
  // Of pods whose proxy nobody knows it is still known what a policy demands of them.
  const answers = servers.map((s) =>
    s.takes === 'STRICT' && !s.ambient ? isTaken(tls, s.takes, inbound) : isTakenBy(tls, s, inbound),
  );
  const refusing = servers.filter((_, i) => answers[i] === 'no');
  const server = refusing.find((s) => s.sure) ?? refusing[0];
  if (!server) return undefined;
  const every = refusing.length === servers.length;
  // To pods without a proxy beside others mTLS is spoken on the way into the mesh, or out of it.
  if (server.takes === 'NO_PROXY' && !every) return undefined;
  return { server, tls, certain: all && every && refusing.every((s) => s.sure) };
}

// Of pods that nobody has read it is known what their namespace says.
function* unseen(mesh: Mesh, rule: DestinationRule): Iterable<Hit> {
  const { host, resource } = rule;
  const namespace = host && namespaceOfHost(host);
  if (!host || namespace === undefined) return;
  const server = unseenServer(mesh, namespace === 'any' ? undefined : namespace, resource, host.wildcard);
  if (!server?.takes) return;
  const called: CalledHost = {
    host: host.fqdn,
    namespace: namespace === 'any' ? (resource.namespace ?? '') : namespace,
  };
  const follower = followerOf(mesh, resource, called);
  if (!follower) return;
  const alone = ruleAlone(rule);
  const above = follower.policyHolds ? tlsOf(alone, undefined, NO_PORT) : undefined;
  const settings = [
    { setting: above, whole: true, words: '' },
    ...(rule.spec.at('trafficPolicy').at('portLevelSettings').items() as Field[]).map((level) => {
      const number = level.at('port').at('number').number() ?? NO_PORT;
      return { setting: tlsOf(alone, undefined, number), whole: false, words: `, port ${number}` };
    }),
    ...alone.subsets.map((subset) => ({
      setting: tlsOf(alone, subset, NO_PORT),
      whole: false,
      words: `, subset ${subset.name ?? ''}`,
    })),
  ];
  for (const { setting, whole, words } of settings) {
    const tls = setting && spokenBy(mesh, setting);
    if (!setting || !tls || tls === 'auto' || isTaken(tls, server.takes, 'auto') !== 'no') continue;
    if (whole || setting.field.pointer !== above?.field.pointer)
      yield {
        place: setting.field,
        whole,
        words,
        verdict: { server, tls, certain: false },
        host: `${host.written}${words}`,
      } as Hit;
  }
}

function hasTls({ spec, subsets }: DestinationRule): boolean {
  return [spec.at('trafficPolicy'), ...subsets.map((s) => s.field.at('trafficPolicy'))].some(
    (policy) =>
      policy.at('tls').hasValue ||
      (policy.at('portLevelSettings').items() as Field[]).some((p) => p.at('tls').hasValue),
  );
}

function isAutoMtlsOff(mesh: Mesh): boolean {
  return mesh.installation.meshConfig.certain && mesh.installation.meshConfig.value.enableAutoMtls === false;
}

// A rule with mTLS that would hold for the host if this one, which says nothing of it, were not there.
function dropped(mesh: Mesh, rule: DestinationRule): DestinationRule | undefined {
  const { host, resource } = rule;
  if (!host || hasTls(rule)) return undefined;
  const namespace = namespaceOfHost(host);
  if (namespace === undefined || namespace === 'any') return undefined;
  const [called] = registryOf(mesh).at(host.fqdn);
  const follower = followerOf(mesh, resource, called ?? { host: host.fqdn, namespace });
  if (!follower?.policyHolds) return undefined;
  const looked = new Set([follower.namespace, namespace, mesh.installation.rootNamespace.value]);
  return mesh
    .derive(destinationRulesByHost)
    .covering(host.fqdn)
    .find(
      (other) =>
        looked.has(other.resource.namespace ?? '') &&
        !mesh.sameObject(other.resource, resource) &&
        isSeenBy(mesh, other.resource, follower.namespace) &&
        other.spec.at('trafficPolicy').at('tls').at('mode').string() === 'ISTIO_MUTUAL',
    );
}

function isSeenBy(mesh: Mesh, resource: Resource, namespace: string): boolean {
  return isVisibleIn(mesh, resource, namespace) !== 'no';
}

// mTLS for a namespace or the mesh, and no PeerAuthentication there that speaks of it, with everything read.
function isUndemanded(mesh: Mesh, { host, spec, resource }: DestinationRule): boolean {
  if (!host?.wildcard || !mesh.settings.closedWorld) return false;
  if (spec.at('trafficPolicy').at('tls').at('mode').string() !== 'ISTIO_MUTUAL') return false;
  const namespace = namespaceOfHost(host);
  if (namespace !== 'any' && namespace !== resource.namespace) return false;
  return !peerAuthentications(mesh).some(
    (p) =>
      (p.scope === 'mesh' || (p.scope === 'namespace' && p.resource.namespace === namespace)) &&
      p.mtls.mode !== 'UNSET' &&
      p.mtls.mode !== 'DISABLE',
  );
}
