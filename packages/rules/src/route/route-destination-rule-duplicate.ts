import {
  type DestinationRule,
  defineRule,
  destinationRules,
  destinationRulesByHost,
  destinationRuleToJudge,
  followerOf,
  isPatchedAt,
  type Mesh,
  nameOf,
  registryOf,
  seenTogether,
} from '@meshvet/core';

export const routeDestinationRuleDuplicate = defineRule({
  meta: {
    id: 'route-destination-rule-duplicate',
    summary: 'Two DestinationRules settle the same thing for one host.',
    why: 'Istio puts the rules of one host and namespace together and keeps the first of two traffic policies or subsets of one name; the other is dropped without a word; of several namespaces a client follows one alone.',
    fix: 'Put both into one DestinationRule, or give the subsets different names.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/DestinationRule'],
    codes: ['KIA0201'],
    sources: [
      'istio/istio pilot/pkg/model/destination_rule.go (mergeDestinationRule)',
      'istio.io/docs/ops/best-practices/traffic-management/#split-virtual-services',
      'kiali business/checkers/destinationrules/multi_match_checker.go',
    ],
    messages: {
      subset:
        '{rule}: {other} defines subset "{subset}" of host {host} too; Istio keeps one of them and drops the other.',
      policy: '{rule}: {other} has a traffic policy for host {host} too; Istio keeps one of them and drops the other.',
      idle: '{rule}: {other} is for host {host} too, and one of the two settles nothing.',
      narrower: '{rule}: {other} is for the narrower host {otherHost}, so nothing of this rule holds there.',
      apart:
        '{rule}: clients of namespace {namespace} follow it alone for {host}; nothing of {other} ({otherHost}, namespace {otherNamespace}) is added to it.',
      replaced:
        '{rule}: clients of namespace {namespace} follow {other} alone for {otherHost}, and nothing of this rule.',
      wider: '{rule}: holds alone for host {host}; nothing of {other} ({otherHost}) is added to it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one subset under two rules',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: reviews, namespace: shop }
          spec:
            host: reviews #~ subset
            subsets: [{ name: v1, labels: { version: v1 } }]
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: reviews-canary, namespace: shop }
          spec:
            host: reviews.shop.svc.cluster.local #~ subset
            subsets: [{ name: v1, labels: { version: v1-canary } }]
        `,
      },
    ],
    good: [
      {
        title: 'a policy here, subsets there; default mTLS for all',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: reviews, namespace: shop }
          spec:
            host: reviews
            subsets: [{ name: v1, labels: { version: v1 } }]
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: reviews-policy, namespace: shop }
          spec:
            host: reviews
            trafficPolicy: { loadBalancer: { simple: ROUND_ROBIN } }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: default, namespace: shop }
          spec:
            host: "*.local"
            trafficPolicy: { tls: { mode: ISTIO_MUTUAL } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const rule = destinationRuleToJudge(mesh, resource);
    if (!rule?.host || resource.name === '' || isPatchedAt(resource, 'spec', 'trafficPolicy')) return;
    const index = mesh.derive(destinationRulesByHost);
    const { fqdn, written } = rule.host;
    // What nobody reads settles nothing, and nothing twice.
    const [called] = registryOf(mesh).at(fqdn);
    if (called && !followerOf(mesh, resource, called)) return;
    const here = index
      .at(fqdn)
      .slice(0, MOST)
      .filter((other) => meets(mesh, rule, other));
    const words = (other: DestinationRule) => ({
      rule: nameOf(resource),
      other: nameOf(other.resource),
      host: written,
      otherHost: other.host?.written ?? '',
    });
    const related = (other: DestinationRule) => [
      { at: other.hostField, note: `the host of ${nameOf(other.resource)}` },
    ];
    const subsets = new Set(rule.subsets.flatMap((s) => s.name ?? []));
    for (const other of here) {
      const subset = other.subsets.find((s) => s.name !== undefined && subsets.has(s.name))?.name;
      const options = { related: related(other) };
      if (subset !== undefined) report(rule.hostField, 'subset', { ...words(other), subset }, options);
      else if (hasPolicy(rule) && hasPolicy(other)) report(rule.hostField, 'policy', words(other), options);
      else if (isIdle(rule) || isIdle(other)) report(rule.hostField, 'idle', words(other), options);
      else continue;
      return;
    }
    const wider = index
      .covering(fqdn)
      .find((other) => other.host?.fqdn !== fqdn && meets(mesh, rule, other) && competes(rule, other));
    const options = { severity: 'info', advice: true } as const;
    if (wider) report(rule.hostField, 'wider', words(wider), { ...options, related: related(wider) });
    else if (rule.host.wildcard) {
      const narrower = (mesh.derive(narrowerRules).get(rule) ?? []).find((other) => meets(mesh, rule, other));
      if (narrower) report(rule.hostField, 'narrower', words(narrower), { ...options, related: related(narrower) });
    }
    if (wider) return;
    const elsewhere = otherNamespaces(mesh, rule);
    if (!elsewhere) return;
    const { other, namespace } = elsewhere;
    const more = { ...options, related: related(other) };
    if (namespace === resource.namespace)
      report(
        rule.hostField,
        'apart',
        { ...words(other), namespace, otherNamespace: other.resource.namespace ?? '' },
        more,
      );
    else report(rule.hostField, 'replaced', { ...words(other), namespace }, more);
  },
});

const MOST = 100;

// For each wildcard rule those of narrower hosts that it competes with, found from their side.
function narrowerRules(mesh: Mesh): ReadonlyMap<DestinationRule, readonly DestinationRule[]> {
  const index = mesh.derive(destinationRulesByHost);
  const found = new Map<DestinationRule, DestinationRule[]>();
  for (const resource of mesh.ofType('networking.istio.io/DestinationRule')) {
    const rule = destinationRuleToJudge(mesh, resource);
    if (!rule?.host) continue;
    for (const wider of index.covering(rule.host.fqdn).slice(0, MOST)) {
      if (wider.host?.fqdn === rule.host.fqdn || wider.resource.namespace !== resource.namespace) continue;
      const list = found.get(wider) ?? [];
      if (list.length < MOST && competes(rule, wider)) found.set(wider, [...list, rule]);
    }
  }
  return found;
}

// A rule without subsets is for all of them. Defaults of mTLS are made to be overruled.
function competes(rule: DestinationRule, wider: DestinationRule): boolean {
  if (isDefaultMtls(rule) || isDefaultMtls(wider)) return false;
  if (rule.subsets.length === 0 || wider.subsets.length === 0) return true;
  const names = new Set(rule.subsets.map((s) => s.name));
  return wider.subsets.some((s) => names.has(s.name));
}

function isDefaultMtls({ host, spec, resource }: DestinationRule): boolean {
  if (spec.at('trafficPolicy').at('tls').at('mode').string() !== 'ISTIO_MUTUAL' || !host?.wildcard) return false;
  const wide = ['*.local', '*.cluster.local', '*.svc.cluster.local', `*.${resource.namespace}.svc.cluster.local`];
  return wide.includes(host.fqdn);
}

// Clients look into their own namespace first, then into that of the host, then into the root namespace, and stop at the first rule.
function otherNamespaces(
  mesh: Mesh,
  rule: DestinationRule,
): { readonly other: DestinationRule; readonly namespace: string } | undefined {
  const index = mesh.derive(destinationRulesByHost);
  const own = rule.resource.namespace ?? '';
  const candidates = [
    ...index.covering(rule.host?.fqdn ?? '').slice(0, MOST),
    ...(rule.host?.wildcard ? (mesh.derive(narrowerElsewhere).get(rule) ?? []) : []),
  ];
  for (const other of candidates) {
    const there = other.resource.namespace ?? '';
    if (there === own || !meetsAnywhere(mesh, rule, other) || !competes(rule, other)) continue;
    return { other, namespace: own === mesh.installation.rootNamespace.value ? there : own };
  }
  return undefined;
}

function narrowerElsewhere(mesh: Mesh): ReadonlyMap<DestinationRule, readonly DestinationRule[]> {
  const index = mesh.derive(destinationRulesByHost);
  const found = new Map<DestinationRule, DestinationRule[]>();
  for (const rule of mesh.derive(destinationRules)) {
    if (!rule.host) continue;
    for (const wider of index.covering(rule.host.fqdn).slice(0, MOST)) {
      if (wider.host?.fqdn === rule.host.fqdn || wider.resource.namespace === rule.resource.namespace) continue;
      const list = found.get(wider);
      if (!list) found.set(wider, [rule]);
      else if (list.length < MOST) list.push(rule);
    }
  }
  return found;
}

function meetsAnywhere(mesh: Mesh, { resource: a }: DestinationRule, { resource: b }: DestinationRule): boolean {
  if (a.name === '' || b.name === '' || a.rewrites?.name || b.rewrites?.name) return false;
  return seenTogether(mesh, a, b) && mesh.appliedTogether(a, b);
}

function meets(mesh: Mesh, one: DestinationRule, other: DestinationRule): boolean {
  const [a, b] = [one.resource, other.resource];
  if (a === b || a.namespace !== b.namespace || b.name === '' || mesh.sameObject(a, b)) return false;
  if (a.rewrites?.name || b.rewrites?.name || !sameWorkloads(one, other) || !seenTogether(mesh, a, b)) return false;
  return mesh.appliedTogether(a, b);
}

// Rules for different clients stand beside each other.
function sameWorkloads(a: DestinationRule, b: DestinationRule): boolean {
  const [one, other] = [a, b].map(({ spec }) => spec.at('workloadSelector').value);
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

function hasPolicy({ spec }: DestinationRule): boolean {
  return spec.at('trafficPolicy').hasValue;
}

function isIdle(rule: DestinationRule): boolean {
  return !hasPolicy(rule) && rule.subsets.length === 0 && rule.subsetsKnown;
}
