import { defineRule, nameOf, type RedirectLoop, redirectLoopsOf, routeToJudge } from '@meshvet/core';
import { quoted } from '../shared/words/route-words.ts';

export const gatewayApiRedirectLoop = defineRule({
  meta: {
    id: 'gateway-api-redirect-loop',
    summary: 'A redirect of an HTTPRoute leads requests of a listener to where they are already.',
    why: 'A route without sectionName and port is attached to all listeners of its Gateway, so a redirect to https holds on the HTTPS listener too, and browsers give up with "too many redirects".',
    fix: 'Attach the redirect to the listener of plain HTTP alone, with its name as sectionName or its port.',
    severity: 'warning',
    subject: 'resource',
    judgedAround: true,
    types: ['gateway.networking.k8s.io/HTTPRoute'],
    sources: [
      'gateway-api.sigs.k8s.io/guides/http-redirect-rewrite/',
      'gateway-api.sigs.k8s.io/reference/spec/#httprequestredirectfilter',
      'istio/istio pilot/pkg/config/kube/gateway/conversion.go (createRedirectFilter, sortHTTPRoutes)',
    ],
    messages: {
      loop: '{route}: this redirect to {scheme} holds for {hosts} at listener {listener} of {gateway} too, where requests are {scheme} already; they are redirected to themselves for ever.',
      rival:
        '{route}: this redirect to {scheme} holds for {hosts} at listener {listener} of {gateway} too, with the same match as {other}; the older route wins, and if that is this one, {scheme} is redirected to itself for ever.',
    },
  },
  examples: {
    bad: [
      {
        title: 'no sectionName: the redirect is attached to both listeners',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners:
              - { name: http, port: 80, protocol: HTTP }
              - { name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: shop }] } }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: to-https, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            hostnames: [shop.example.com]
            rules:
              - filters:
                  - type: RequestRedirect
                    requestRedirect:
                      scheme: https #~ rival
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: shop, namespace: shop }
          spec:
            parentRefs: [{ name: front, sectionName: https }]
            hostnames: [shop.example.com]
            rules: [{ backendRefs: [{ name: shop, port: 80 }] }]
        `,
      },
    ],
    good: [
      {
        title: 'each route at its listener',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners:
              - { name: http, port: 80, protocol: HTTP }
              - { name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: shop }] } }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: to-https, namespace: shop }
          spec:
            parentRefs: [{ name: front, sectionName: http }]
            hostnames: [shop.example.com]
            rules: [{ filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }] }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: shop, namespace: shop }
          spec:
            parentRefs: [{ name: front, sectionName: https }]
            hostnames: [shop.example.com]
            rules: [{ backendRefs: [{ name: shop, port: 80 }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (!routeToJudge(mesh, resource)) return;
    const told = new Set<RedirectLoop['rule']>();
    for (const { rule, redirect, gateway, listener, scheme, hosts, rival } of redirectLoopsOf(mesh, resource)) {
      if (told.has(rule)) continue;
      told.add(rule);
      const words = {
        route: nameOf(resource),
        scheme,
        hosts: hosts.includes('*') ? 'any host' : quoted(hosts),
        listener: `"${listener.name}"`,
        gateway: nameOf(gateway.resource),
      };
      const related = [{ at: listener.field.at('protocol'), note: `listener "${listener.name}"` }];
      const plain = gateway.listeners.filter((l) => l.protocol === 'HTTP');
      const [only] = plain;
      const fix =
        scheme === 'https' && only && plain.length === 1
          ? { fix: `Write "sectionName: ${only.name}" in its parentRefs.` }
          : {};
      const at = redirect.at('scheme').hasValue ? redirect.at('scheme') : redirect;
      if (rival) report(at, 'rival', { ...words, other: nameOf(rival) }, { related, ...fix });
      else report(at, 'loop', words, { related, ...fix });
    }
  },
});
