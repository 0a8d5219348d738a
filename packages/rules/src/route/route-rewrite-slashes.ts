import { defineRule, nameOf, rewriteFaults, settledRoutes, virtualServiceToJudge } from '@meshvet/core';

export const routeRewriteSlashes = defineRule({
  meta: {
    id: 'route-rewrite-slashes',
    summary: 'A rewrite of a VirtualService makes a path that nobody means.',
    why: 'Envoy puts the new text in the place of the matched prefix and leaves the rest as it is, so a slash too many or too few stays in the path that the application gets.',
    fix: 'Let the prefix and the new text both end with a slash, or neither; for parts of a path write uriRegexRewrite with \\1.',
    severity: 'info',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    sources: [
      'istio.io/docs/reference/config/networking/virtual-service/#HTTPRewrite',
      'istio/istio pilot/pkg/networking/core/route/route.go (applyHTTPRouteDestination)',
      'envoyproxy.io: config.route.v3.RouteAction, prefix_rewrite',
    ],
    messages: {
      doubled: '{route}: prefix "{prefix}" becomes "{text}", so {before} becomes {after}, with two slashes.',
      joined: '{route}: prefix "{prefix}" becomes "{text}", so {before} becomes {after}, without a slash between.',
      whole:
        '{route}: regex "{prefix}" matches, and "{text}" replaces the whole path, whatever it was; parts of it are kept by uriRegexRewrite.',
      relative:
        '{route}: "{text}" begins without a slash, so the path that the application gets begins without one too.',
      capture: '{route}: "{text}" refers to a group, and this text is taken as it is; groups are for uriRegexRewrite.',
      dollar: '{route}: "{text}" is taken as it is, since groups of RE2 are written \\1 and not $1.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a slash at the end of one and not of the other; and no match, which is the prefix /',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - match: [{ uri: { prefix: /cart } }]
                rewrite:
                  uri: / #~ doubled \`/\`
                route: [{ destination: { host: cart } }]
              - rewrite:
                  uri: /v2 #~ joined
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
    good: [
      {
        title: 'both end with a slash, or neither',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - match: [{ uri: { prefix: /cart/ } }]
                rewrite: { uri: / }
                route: [{ destination: { host: cart } }]
              - match: [{ uri: { prefix: /old } }]
                rewrite: { uri: /new }
                route: [{ destination: { host: cart } }]
              - match: [{ uri: { exact: /cart } }]
                rewrite: { uri: / }
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    for (const { kind, field } of virtualService ? settledRoutes(virtualService) : []) {
      if (kind !== 'http' || virtualService?.isDelegate) continue;
      for (const fault of rewriteFaults(field)) {
        const { text, prefix, before, after } = fault;
        const route = nameOf(resource);
        switch (fault.kind) {
          case 'doubled':
          case 'joined':
            report(fault.field, fault.kind, { route, prefix, text, before, after });
            break;
          case 'whole':
            report(fault.field, 'whole', { route, prefix, text });
            break;
          default:
            report(fault.field, fault.kind, { route, text }, { severity: 'warning' });
        }
      }
    }
  },
});
