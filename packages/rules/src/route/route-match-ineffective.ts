import { defineRule, lostMatches, nameOf, placeOfMatch, virtualServiceToJudge } from '@meshvet/core';

export const routeMatchIneffective = defineRule({
  meta: {
    id: 'route-match-ineffective',
    summary: 'A match of a VirtualService takes no request, because an earlier match takes all of them.',
    why: 'The first match decides, so requests that this one was written for go to the earlier rule, or would come here without it.',
    fix: 'Put the narrower match first, or delete the one that does nothing.',
    severity: 'info',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0131'],
    sources: [
      'istio.io/docs/reference/config/networking/virtual-service/#HTTPMatchRequest',
      'istio/istio pkg/config/validation/virtualservice.go (analyzeUnreachableHTTPRules, checkPrefixOverlap)',
    ],
    messages: {
      same: '{route}: match {match} of {kind} rule {rule} stands in rule {other} already, which takes its requests.',
      covered: '{route}: match {match} of {kind} rule {rule} gets nothing: a wider match of rule {other} is before it.',
      twice: '{route}: match {match} of {kind} rule {rule} adds nothing to an earlier match of the same rule.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one of two matches belongs to the rule before; and a prefix inside another',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - match: [{ uri: { prefix: /api } }]
                route: [{ destination: { host: cart } }]
              - match:
                  - uri: { prefix: /api } #~ same \`/api\`
                  - uri: { prefix: /img }
                  - uri: { prefix: /img/small } #~ twice \`/img/small\`
                route: [{ destination: { host: cart, subset: v2 } }]
        `,
      },
    ],
    good: [
      {
        title: 'matches that differ in a header, a method or the gateway',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart.example.com]
            gateways: [front, mesh]
            http:
              - match:
                  - { uri: { prefix: /api }, method: { exact: GET } }
                  - { uri: { prefix: /api }, headers: { tester: { exact: "yes" } } }
                  - { uri: { prefix: /api }, gateways: [mesh] }
                route: [{ destination: { host: cart } }]
              - match:
                  - { uri: { prefix: /api/v2 }, gateways: [front] }
                  - { uri: { prefix: /api/v3 } }
                route: [{ destination: { host: cart, subset: v2 } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService) return;
    for (const { route, title, index, lost } of lostMatches(mesh, virtualService).filter((one) => !one.unreachable)) {
      for (const { field, index: position, by, same, told } of lost) {
        const name = field.at('name').string();
        const words = {
          route: nameOf(resource),
          kind: route.kind,
          rule: title,
          match: name ? `"${name}"` : `#${position}`,
        };
        const options = {
          codes: told ? ['IST0131'] : [],
          related: [{ at: by.field, note: 'this match is first' }],
        };
        // Within one rule the request is treated the same, whichever match takes it.
        if (by.index === index) report(placeOfMatch(field), 'twice', words, { ...options, advice: true });
        else
          report(
            placeOfMatch(field),
            same ? 'same' : 'covered',
            { ...words, other: by.title },
            { ...options, severity: 'warning' },
          );
      }
    }
  },
});
