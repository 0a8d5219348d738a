import {
  ANY_OTHER_NAMESPACE,
  type Destination,
  type DestinationRule,
  defineRule,
  destinationRules,
  destinationRulesByHost,
  didYouMean,
  hostNameOf,
  hostTargets,
  isDnsLabel,
  isForMesh,
  isVisibleIn,
  isWildcardDomain,
  type Mesh,
  nameOf,
  readersOf,
  settledRoutes,
  unfollowedSubset,
  type VirtualService,
  virtualServiceToJudge,
} from '@meshvet/core';
import { hostText, quoted } from '../shared/words/route-words.ts';

export const routeSubsetUndefined = defineRule({
  meta: {
    id: 'route-subset-undefined',
    summary: 'A route names a subset that no DestinationRule of its host defines.',
    why: 'Envoy has no cluster for the subset, so every request that is routed there gets 503.',
    fix: 'Add a DestinationRule for the host that defines the subset, or write the name of a subset it has.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0101/subset', 'KIA1107'],
    sources: [
      'istio/istio pilot/pkg/model/push_context.go (destinationRule)',
      'istio/istio pkg/config/analysis/analyzers/virtualservice/destinationrules.go',
      'kiali business/checkers/virtualservices/subset_presence_checker.go',
    ],
    messages: {
      undefinedSubset: '{route}: {rules} for host {host} {define} no subset "{subset}", but {accepted}.',
      noRule: '{route}: subset "{subset}" of host {host} is defined nowhere, because no DestinationRule has this host.',
      unread:
        '{route}: subset "{subset}" of host {host} is defined by {rules}, which {who} do not follow: {why}; requests to it get 503.',
      hidden:
        '{route}: subset "{subset}" of host {host} is defined by {rules}, which exportTo hides from namespace {namespace}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the rule of the host has other subsets',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: reviews, namespace: shop }
          spec:
            host: reviews
            subsets:
              - { name: v1, labels: { version: v1 } }
              - { name: v2, labels: { version: v2 } }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: reviews, namespace: shop }
          spec:
            hosts: [reviews]
            http:
              - route:
                  - destination:
                      host: reviews
                      subset: v3 #~ undefinedSubset \`v3\`
        `,
      },
      {
        title: 'a canary without any DestinationRule',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: reviews, namespace: shop }
          spec: { selector: { app: reviews }, ports: [{ name: http, port: 9080 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: reviews, namespace: shop }
          spec:
            hosts: [reviews]
            http:
              - route:
                  - destination:
                      host: reviews
                      subset: v1 #~ noRule \`v1\`
        `,
      },
    ],
    good: [
      {
        title: 'defined under the full name of the host',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: reviews, namespace: shop }
          spec:
            host: reviews.shop.svc.cluster.local
            subsets: [{ name: v1, labels: { version: v1 } }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: reviews, namespace: shop }
          spec:
            hosts: [reviews]
            http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    for (const route of virtualService ? settledRoutes(virtualService) : []) {
      for (const destination of [...route.destinations, ...route.mirrors]) {
        const { host, subset, subsetField } = destination;
        if (!virtualService || !host || subset === undefined) continue;
        // What no host and no subset can be called is refused, and so told by other rules.
        if (!isWildcardDomain(host.written) || (subset !== '' && !isDnsLabel(subset))) continue;
        if (tellUnfollowed(destination)) continue;
        const verdict = judge(mesh, virtualService, destination);
        if (!verdict) continue;
        const { rules, hidden, sure } = verdict;
        const words = { route: nameOf(resource), host: hostText({ host }), subset };
        // Kiali completes the host of a rule such as reviews.shop, which Istio leaves as it is.
        const kiali = destination.kind === 'mirror' || isDefinedByShortened(mesh, destination) ? [] : ['KIA1107'];
        const severity = sure ? 'error' : 'warning';
        const related = [...rules, ...hidden]
          .slice(0, 3)
          .map((rule) => ({ at: rule.hostField, note: nameOf(rule.resource) }));
        if (hidden.length > 0) {
          const codes = kiali;
          const namespace = readersOf(mesh, resource).join(', ');
          report(subsetField, 'hidden', { ...words, rules: names(hidden), namespace }, { codes, related, severity });
        } else if (rules.length === 0) {
          report(subsetField, 'noRule', words, { codes: ['IST0101/subset', ...kiali], severity });
        } else {
          const known = rules.flatMap((rule) => rule.subsets.flatMap((s) => s.name ?? []));
          const meant = didYouMean(subset, known);
          const accepted =
            meant !== undefined
              ? `there is "${meant}"`
              : known.length > 0
                ? `${rules.length === 1 ? 'it defines' : 'they define'} ${quoted(known)}`
                : `${rules.length === 1 ? 'it defines' : 'they define'} none at all`;
          report(
            subsetField,
            'undefinedSubset',
            { ...words, rules: names(rules), define: rules.length === 1 ? 'defines' : 'define', accepted },
            { codes: ['IST0101/subset', ...kiali], related, severity },
          );
        }
      }
    }

    // What is defined, and not for those who are sent to it.
    function tellUnfollowed({ host, subset, subsetField }: Destination): boolean {
      const here = mesh.around(resource);
      const route = here && virtualServiceToJudge(here, resource);
      if (!here || !route || !host || subset === undefined) return false;
      const { fqdn, service } = host;
      const unfollowed = unfollowedSubset(here, route, fqdn, service?.namespace, subset);
      if (!unfollowed) return false;
      const { client, defining } = unfollowed;
      const [first] = defining;
      if (!first) return false;
      const rules = [...new Set(defining.map((p) => nameOf(p.resource)))].sort().slice(0, 3).join(', ');
      const words = { route: nameOf(resource), host: hostText({ host }), subset, rules };
      const namespace = client.namespace === ANY_OTHER_NAMESPACE ? 'other namespaces' : client.namespace;
      const related = defining.slice(0, 3).map((p) => ({ at: p.field ?? p.resource.body, note: nameOf(p.resource) }));
      const isHidden = isVisibleIn(here, first.resource, client.namespace) === 'no';
      const who = client.workload
        ? `gateway pods of ${nameOf(client.workload.resource)}`
        : `proxies of namespace ${namespace}`;
      if (isHidden) {
        const codes = client.namespace === resource.namespace ? ['KIA1107'] : [];
        report(subsetField, 'hidden', { ...words, namespace }, { codes, related });
      } else report(subsetField, 'unread', { ...words, who, why: first.why }, { codes: [], related });
      return true;
    }
  },
});

interface Verdict {
  /** Rules of the host that the clients follow, none of which defines the subset. */
  readonly rules: readonly DestinationRule[];
  /** Rules that define it, and are not exported to the clients. */
  readonly hidden: readonly DestinationRule[];
  readonly sure: boolean;
}

function judge(mesh: Mesh, { resource, ...rest }: VirtualService, destination: Destination): Verdict | undefined {
  const host = destination.host as NonNullable<Destination['host']>;
  const all = mesh.derive(destinationRulesByHost).covering(host.fqdn);
  const defines = (rule: DestinationRule) =>
    !rule.subsetsKnown || rule.subsets.some((s) => s.name === destination.subset);
  const { shortened } = host;
  // The host is the mistake then, and another rule tells it.
  if (shortened) {
    const whole = hostNameOf(mesh, shortened.name, shortened.namespace).fqdn;
    if (mesh.derive(destinationRulesByHost).covering(whole).some(defines)) return undefined;
  }
  const readers = readersOf(mesh, resource);
  // A gateway follows what its own namespace sees, and which that is stands elsewhere.
  const byGateway = !isForMesh({ resource, ...rest });
  const visible = all.filter(
    (rule) => byGateway || readers.some((reader) => isVisibleIn(mesh, rule.resource, reader) !== 'no'),
  );
  if (visible.some(defines) || mesh.externals.host(host.fqdn)) return undefined;
  if (mayBeDefinedByAnother(mesh, { resource, ...rest }, destination)) return undefined;
  const hidden = all.filter((rule) => defines(rule) && !visible.includes(rule));
  if (hidden.length > 0) return { rules: [], hidden, sure: true };
  const { closedWorld } = mesh.settings;
  const beside = (rule: DestinationRule) =>
    closedWorld || mesh.near(rule.resource, resource) || mesh.together(rule.resource, resource);
  const rules = visible.filter((rule) => !rule.host?.wildcard && beside(rule));
  if (rules.length > 0) return { rules, hidden, sure: true };
  if (closedWorld) return { rules: [], hidden, sure: true };
  if (visible.some((rule) => !rule.host?.wildcard) || mesh.hasUnreadBeside(resource)) return undefined;
  // Without any rule of the host, its owner must have been read: its Service, or the rules of its neighbours.
  const owner = mesh
    .derive(hostTargets)
    .at(host.fqdn)
    .some((t) => mesh.near(t.resource, resource));
  if (owner) return { rules: [], hidden, sure: false };
  const neighbours = mesh.derive(destinationRules).slice(0, MOST);
  const near = neighbours.some((r) => r.resource.document.source === resource.document.source);
  return near ? { rules: [], hidden, sure: false } : undefined;
}

const MOST = 200;

// A rule whose host is filled in later, or whose namespace (or the route's) is an assumption: it may be the one.
function mayBeDefinedByAnother(mesh: Mesh, { resource }: VirtualService, { host, subset }: Destination): boolean {
  const { unread, bySubset } = mesh.derive(looseRules);
  if (unread.some((rule) => mesh.settings.closedWorld || mesh.near(rule.resource, resource))) return true;
  return (bySubset.get(subset ?? '') ?? []).some(
    (rule) =>
      (mesh.assumesNamespace(rule.resource) || mesh.assumesNamespace(resource)) &&
      rule.host?.fqdn.split('.', 1)[0] === host?.fqdn.split('.', 1)[0],
  );
}

function isDefinedByShortened(mesh: Mesh, { host, subset }: Destination): boolean {
  return (mesh.derive(looseRules).bySubset.get(subset ?? '') ?? []).some((rule) => {
    const { shortened } = rule.host ?? {};
    return (
      shortened !== undefined &&
      shortened.name === host?.service?.name &&
      shortened.namespace === host.service.namespace
    );
  });
}

function looseRules(mesh: Mesh) {
  const rules = mesh.derive(destinationRules);
  const bySubset = new Map<string, DestinationRule[]>();
  for (const rule of rules) {
    for (const name of new Set(rule.subsets.map((s) => s.name ?? ''))) {
      const list = bySubset.get(name) ?? [];
      if (list.length < MOST) bySubset.set(name, [...list, rule]);
    }
  }
  return { unread: rules.filter((rule) => !rule.host).slice(0, MOST), bySubset };
}

function names(rules: readonly DestinationRule[]): string {
  return [...new Set(rules.map((rule) => nameOf(rule.resource)))].sort().slice(0, 3).join(', ');
}
