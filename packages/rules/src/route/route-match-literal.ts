import {
  defineRule,
  type Field,
  type LiteralMatch,
  literalMatches,
  nameOf,
  settledRoutes,
  virtualServiceToJudge,
} from '@meshvet/core';

export const routeMatchLiteral = defineRule({
  meta: {
    id: 'route-match-literal',
    summary: 'A match of a VirtualService is compared otherwise than it is meant.',
    why: 'Envoy compares exact and prefix letter by letter, a path without its query, and needs a regular expression to cover all of the text, so requests that this rule is for pass it by.',
    fix: 'Write prefix without a star, put patterns under regex with .* for the rest, begin paths with a slash, and match the query under queryParams.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    sources: [
      'istio.io/docs/reference/config/networking/virtual-service/#StringMatch',
      'istio/istio pilot/pkg/networking/core/route/route.go (TranslateRouteMatch)',
      'envoyproxy.io: config.route.v3.RouteMatch',
    ],
    messages: {
      star: '{route}: {kind} "{text}" of {subject} holds a star, which is a letter like any other here; only what has this very star matches.',
      pattern:
        '{route}: {kind} "{text}" of {subject} reads like a pattern, and is compared letter by letter; patterns go under regex.',
      glob: '{route}: in regex "{text}" the star repeats the slash before it, so it matches more slashes and nothing else; any path below is "{meant}".',
      noSlash:
        '{route}: {kind} "{text}" of {subject} begins without a slash, and every path begins with one; it matches no request.',
      query:
        '{route}: {kind} "{text}" of {subject} holds a query, and paths are compared without theirs; it matches no request.',
      address:
        '{route}: {kind} "{text}" of {subject} is an address, and an authority is a host with perhaps a port; it matches no request.',
      method:
        '{route}: {kind} "{text}" of {subject} is not in capitals, as the methods of requests are; it matches none.',
      whole:
        '{route}: regex "{text}" of {subject} has to cover the whole path, so it matches this one path alone; for all paths below write prefix.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a star in a prefix, a path without a slash, a query in a path',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - match:
                  - uri:
                      prefix: /api/* #~ star \`/api/*\`
                  - uri:
                      prefix: img/ #~ noSlash
                  - uri:
                      exact: /search?q=all #~ query
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
    good: [
      {
        title: 'a prefix, a regular expression, and a parameter of the query',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - match:
                  - uri: { prefix: /api/ }
                  - uri: { regex: "/users/[^/]+/items(/.*)?" }
                  - { uri: { exact: /search }, queryParams: { q: { exact: all } } }
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService) return;
    const tell = (literal: LiteralMatch) => {
      const { fault, kind, text, field, subject } = literal;
      const words = { route: nameOf(resource), kind, text, subject };
      if (fault === 'glob')
        report(field, 'glob', { route: words.route, text, meant: text.replace(/\/\*\/?\$?$/, '/.*') });
      else if (fault === 'whole') report(field, 'whole', { route: words.route, text, subject }, { severity: 'info' });
      else report(field, fault === 'no-slash' ? 'noSlash' : fault, words);
    };
    for (const route of settledRoutes(virtualService)) {
      if (route.kind !== 'http') continue;
      for (const match of (route.field.at('match').items() as Field[]).slice(0, MOST))
        for (const literal of literalMatches(match)) tell(literal);
    }
  },
});

const MOST = 400;
