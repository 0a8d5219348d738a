import {
  addTo,
  type Contradiction,
  defineRule,
  delegationsByDelegate,
  type Field,
  isPatchedAt,
  type LostDelegate,
  type Mesh,
  meshRouteOf,
  meshRoutes,
  missingDelegate,
  namedDelegates,
  nameOf,
  type Resource,
  type VirtualService,
  virtualServiceToJudge,
} from '@meshvet/core';

export const routeDelegateLost = defineRule({
  meta: {
    id: 'route-delegate-lost',
    summary: 'A rule of a VirtualService hands over to a delegate that is not there for it, or that contradicts it.',
    why: 'istiod drops the rule then, or the rules of the delegate that contradict it, so their requests fall to later rules or get 404.',
    fix: 'Name a VirtualService without hosts and gateways that the namespace of the root sees, and let its matches lie within that of the rule which hands over.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: ['networking.istio.io/VirtualService'],
    since: '1.8',
    sources: [
      'istio/istio pilot/pkg/model/virtualservice.go (mergeVirtualServicesIfNeeded, mergeHTTPMatchRequests)',
      'istio.io/docs/reference/config/networking/virtual-service/#Delegate',
    ],
    messages: {
      missing: '{route}: delegate {delegate} does not exist, so the rule is dropped.',
      hasHosts:
        '{route}: {delegate} has hosts of its own, and only a VirtualService without hosts can be a delegate; the rule is dropped.',
      hidden:
        '{route}: exportTo of {delegate} hides it from namespace {namespace}, so as a delegate it does not exist and the rule is dropped.',
      noRule: '{route}: no match of delegate {delegate} lies within the match of this rule, so the rule is dropped.',
      outside: '{delegate}: this match is not within the match of {roots}, which delegate to it; the rule is dropped.',
      unused: '{delegate}: it has no hosts, and no VirtualService names it as its delegate; none of its rules is used.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the delegate has hosts; and the path of the other begins otherwise than that of its root',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: front, namespace: edge }
          spec:
            hosts: [shop.example.com]
            gateways: [front]
            http:
              - match: [{ uri: { prefix: /cart } }]
                delegate: { name: cart, namespace: shop } #~ hasHosts
              - match: [{ uri: { prefix: /users } }]
                delegate: { name: users, namespace: people }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [shop.example.com]
            http: [{ route: [{ destination: { host: cart } }] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: users, namespace: people }
          spec:
            http:
              - match:
                  - uri: { prefix: /profile } #~ outside \`/profile\`
                route: [{ destination: { host: users } }]
        `,
      },
    ],
    good: [
      {
        title: 'a delegate that narrows the match of its root',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: front, namespace: edge }
          spec:
            hosts: [shop.example.com]
            gateways: [front]
            http:
              - match: [{ uri: { prefix: /users } }]
                delegate: { name: users, namespace: people }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: users, namespace: people }
          spec:
            http:
              - match: [{ uri: { prefix: /users/profile }, headers: { beta: { exact: "yes" } } }]
                route: [{ destination: { host: users } }]
              - route: [{ destination: { host: users } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService || isPatchedAt(resource, 'spec', 'http')) return;
    if (virtualService.isDelegate) {
      ofDelegate(virtualService);
      return;
    }
    for (const lost of meshRouteOf(mesh, resource)?.lostDelegates ?? []) ofRoot(lost);

    function ofRoot(lost: LostDelegate): void {
      const { field, namespace, name, why, resource: other } = lost;
      const words = { route: nameOf(resource), delegate: `${namespace}/${name}` };
      const related = other ? [{ at: other.body.at('metadata').at('name'), note: `${nameOf(other)}` }] : [];
      if (mesh.externals.namespace(namespace) || !isWritten(field)) return;
      if (why === 'missing') {
        const sure = missingDelegate(mesh, lost, resource);
        if (sure) report(field, 'missing', words, { severity: sure === 'sure' ? 'error' : 'warning' });
      } else if (other && mesh.assumesNamespace(other)) return;
      else if (why === 'has-hosts')
        report(field, 'hasHosts', { ...words, delegate: nameOf(other as Resource) }, { related });
      else if (why === 'hidden')
        report(
          field,
          'hidden',
          { ...words, delegate: nameOf(other as Resource), namespace: resource.namespace ?? '' },
          { related },
        );
      else if (!allFitNowhere(mesh, other as Resource))
        report(field, 'noRule', words, { severity: 'warning', related });
    }

    function ofDelegate({ spec }: VirtualService): void {
      const http = spec.at('http').items() as Field[];
      const uses = mesh.derive(delegationsByDelegate).get(resource) ?? [];
      if (uses.length === 0) {
        const named = mesh.derive(namedDelegates).has(`${resource.namespace}/${resource.name}`);
        // Without hosts it may be half a manifest, which another rule tells.
        if (mesh.settings.closedWorld && !named && http.length > 0)
          report(
            resource.body.at('metadata').at('name'),
            'unused',
            { delegate: nameOf(resource) },
            { severity: 'warning' },
          );
        return;
      }
      for (const rule of http) {
        const against = contradictionsOf(mesh, rule);
        if (against.length < uses.length || against.length === 0) continue;
        const roots = [...new Set(against.map((c) => nameOf(c.root)))].sort();
        const [match = rule] = rule.at('match').items() as Field[];
        report(
          placeOf(match),
          'outside',
          { delegate: nameOf(resource), roots: roots.slice(0, 3).join(', ') + (roots.length > 3 ? ', ...' : '') },
          {
            severity: 'warning',
            related: against
              .slice(0, 3)
              .map((c) => ({ at: c.above.at('match'), note: `the match of ${nameOf(c.root)}` })),
          },
        );
      }
    }
  },
});

function isWritten(delegate: Field): boolean {
  return [delegate.at('name'), delegate.at('namespace')].every((f) => !f.hasValue || f.string() !== undefined);
}

function placeOf(match: Field): Field {
  const [, uri] = match.at('uri').entries()[0] ?? [];
  return uri?.hasValue ? uri : match;
}

// A rule is its value: no two rules share one.
function contradictionsOf(mesh: Mesh, rule: Field): readonly Contradiction[] {
  return mesh.derive(contradictionsByRule).get(rule.value) ?? [];
}

function contradictionsByRule(mesh: Mesh): ReadonlyMap<unknown, readonly Contradiction[]> {
  const index = new Map<unknown, Contradiction[]>();
  for (const { contradictions } of mesh.derive(meshRoutes))
    for (const one of contradictions) addTo(index, one.below.value, one);
  return index;
}

// Then each of the rules of the delegate is told, and the root need not be.
function allFitNowhere(mesh: Mesh, delegate: Resource): boolean {
  const uses = mesh.derive(delegationsByDelegate).get(delegate) ?? [];
  const http = delegate.body.at('spec').at('http').items() as Field[];
  return http.every((rule) => contradictionsOf(mesh, rule).length >= uses.length);
}
