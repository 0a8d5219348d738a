import {
  type DestinationRule,
  defineRule,
  destinationRuleToJudge,
  type Field,
  lookupHost,
  type Mesh,
  nameOf,
  strictPolicyFor,
  surelyBehind,
  type Workload,
} from '@meshvet/core';

export const routeDestinationRuleTlsMismatch = defineRule({
  meta: {
    id: 'route-destination-rule-tls-mismatch',
    summary: 'A DestinationRule makes clients speak another TLS than the servers behind its host do.',
    why: 'Servers with STRICT mTLS refuse plain text, and servers without a proxy do not understand the mTLS of the mesh; every request fails.',
    fix: 'Leave out trafficPolicy.tls, so that Istio chooses for each endpoint, or change the PeerAuthentication of the servers.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/DestinationRule'],
    codes: ['KIA0207', 'KIA0208'],
    sources: [
      'istio.io/docs/ops/configuration/traffic-management/tls-configuration/',
      'kiali business/checkers/destinationrules/disabled_namespacewide_mtls_checker.go',
      'kiali business/checkers/destinationrules/disabled_meshwide_mtls_checker.go',
    ],
    messages: {
      plain:
        '{rule}: clients of {host} send plain text, and {policy} lets its servers accept only mTLS; requests fail.',
      noProxy: '{rule}: clients of {host} send mTLS of the mesh, and {workload} has no proxy: {reason}; requests fail.',
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
  check({ subject: resource, mesh, report }) {
    const rule = destinationRuleToJudge(mesh, resource);
    const setting = rule && firstTls(rule);
    if (!rule?.host || !setting) return;
    const words = { rule: nameOf(resource), host: rule.host.written };
    if (setting.mode === 'DISABLE') {
      const strict = strictPolicyFor(mesh, rule.host, resource);
      if (!strict || serversHaveNoProxy(mesh, rule)) return;
      const { policy, scope } = strict;
      report(
        setting.field,
        'plain',
        { ...words, policy: nameOf(policy) },
        {
          codes: setting.whole ? [scope === 'namespace' ? 'KIA0207' : 'KIA0208'] : [],
          related: [{ at: policy.body.at('spec').at('mtls').at('mode'), note: `the mode in ${nameOf(policy)}` }],
        },
      );
    } else if (setting.mode === 'ISTIO_MUTUAL' && setting.whole) {
      const servers = serversOf(mesh, rule);
      const [first] = servers;
      if (!first || servers.some((w) => w.isGateway || w.hasProxy || mesh.membership(w).answer !== 'no')) return;
      report(
        setting.field,
        'noProxy',
        { ...words, workload: nameOf(first.resource), reason: mesh.membership(first).reason },
        { codes: [], related: [{ at: first.podLabels.field, note: `the pods of ${nameOf(first.resource)}` }] },
      );
    }
  },
});

interface TlsSetting {
  readonly mode: string;
  readonly field: Field;
  /** It holds for the host as a whole, and not for a port or a subset of it. */
  readonly whole: boolean;
}

// What holds for the whole host decides; else the first setting of a port or a subset.
function firstTls({ spec, subsets }: DestinationRule): TlsSetting | undefined {
  const policy = spec.at('trafficPolicy');
  const whole = tlsSetting(policy, true);
  if (whole) return whole;
  const parts = [
    ...(policy.at('portLevelSettings').items() as Field[]),
    ...subsets.map((s) => s.field.at('trafficPolicy')),
  ];
  return parts.map((part) => tlsSetting(part, false)).find((setting) => setting?.mode === 'DISABLE');
}

function tlsSetting(policy: Field, whole: boolean): TlsSetting | undefined {
  const tls = policy.at('tls');
  const mode = tls.at('mode');
  if (!tls.isMapping || (mode.hasValue && mode.string() === undefined)) return undefined;
  return { mode: mode.string() ?? 'DISABLE', field: mode.exists ? mode : tls, whole };
}

function serversOf(mesh: Mesh, { host, resource }: DestinationRule): readonly Workload[] {
  const lookup = host && !host.wildcard ? lookupHost(mesh, host.written, resource) : undefined;
  if (lookup?.state !== 'found' || lookup.value.some((t) => !t.service)) return [];
  const together = lookup.value.every((t) => mesh.settings.closedWorld || mesh.near(t.resource, resource));
  return together ? lookup.value.flatMap((t) => (t.service ? surelyBehind(mesh, t.service) : [])) : [];
}

function serversHaveNoProxy(mesh: Mesh, rule: DestinationRule): boolean {
  const servers = serversOf(mesh, rule);
  return servers.length > 0 && servers.every((w) => mesh.membership(w).answer === 'no');
}
