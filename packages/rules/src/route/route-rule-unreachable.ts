import { defineRule, lostMatches, nameOf, placeOfMatch, placeOfRule, virtualServiceToJudge } from '@meshvet/core';

export const routeRuleUnreachable = defineRule({
  meta: {
    id: 'route-rule-unreachable',
    summary: 'A rule of a VirtualService gets no request, because rules before it take them all.',
    why: 'The first rule that matches takes the request, so what this rule routes, rewrites or retries never happens.',
    fix: 'Move the rule before the wider one, give it a match of its own, or delete it.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0130', 'IST0131'],
    sources: [
      'istio.io/docs/reference/config/networking/virtual-service/#HTTPRoute',
      'istio/istio pilot/pkg/networking/core/route/route.go (BuildHTTPRoutesForVirtualService)',
      'istio/istio pkg/config/validation/virtualservice.go (analyzeUnreachableRules)',
    ],
    messages: {
      afterAll: '{route}: {kind} rule {rule} gets nothing: rule {other} before it takes every request.',
      secondAll: '{route}: {kind} rules {other} and {rule} both have no match; only the last rule may have none.',
      taken: '{route}: {kind} rule {rule} gets nothing: its match is that of rule {other} before it.',
      narrower: '{route}: {kind} rule {rule} gets nothing: all that it matches is taken by rule {other} before it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a wider path first, and a rule behind the one without a match',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - match: [{ uri: { prefix: /api } }]
                route: [{ destination: { host: cart } }]
              - name: next
                match:
                  - uri:
                      prefix: /api/v2 #~ narrower \`/api/v2\`
                route: [{ destination: { host: cart, subset: v2 } }]
              - route: [{ destination: { host: cart } }]
              - match: #~ afterAll \`match\`
                  - headers: { tester: { exact: "yes" } }
                route: [{ destination: { host: cart, subset: v2 } }]
        `,
      },
    ],
    good: [
      {
        title: 'the narrow rule first',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - match: [{ uri: { prefix: /api/v2 } }]
                route: [{ destination: { host: cart, subset: v2 } }]
              - match: [{ uri: { prefix: /api } }]
                route: [{ destination: { host: cart } }]
              - route: [{ destination: { host: cart } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService) return;
    for (const one of lostMatches(mesh, virtualService).filter(({ unreachable }) => unreachable)) {
      const { route, title, lost, after } = one;
      const words = { route: nameOf(resource), kind: route.kind, rule: title };
      if (after) {
        const related = [{ at: after.field, note: 'this rule takes every request' }];
        const id = one.matchless && after.matchless ? 'secondAll' : 'afterAll';
        const told = id === 'secondAll' || !one.matchless;
        const place = one.matchless ? placeOfRule(route) : route.field.at('match');
        report(place, id, { ...words, other: after.title }, { related, codes: told ? ['IST0130'] : [] });
        continue;
      }
      const [first] = lost;
      if (!first) continue;
      const same = lost.every((match) => match.same);
      const codes = [...(same ? ['IST0130'] : []), ...(lost.some(({ told }) => told) ? ['IST0131'] : [])];
      const related = lost.slice(0, MOST).map(({ by }) => ({ at: by.field, note: `rule ${by.title} takes them` }));
      const others = [...new Set(lost.map(({ by }) => by.title))];
      const other = others.length > 1 ? `${others[0]} and ${others.length - 1} more` : (others[0] ?? '');
      report(placeOfMatch(first.field), same ? 'taken' : 'narrower', { ...words, other }, { related, codes });
    }
  },
});

const MOST = 5;
