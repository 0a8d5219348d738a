import { defineRule, envoyFilterOf, isAppliedAllTheSame, nameOf, verdictOf } from '@meshvet/core';

export const envoyFilterOperationIgnored = defineRule({
  meta: {
    id: 'envoy-filter-operation-ignored',
    summary: 'An EnvoyFilter patches something with an operation that is not made for it.',
    why: 'Istio leaves such a patch out without a word: the proxies run as if it were not written.',
    fix: 'Use MERGE for listeners, clusters and routes, REPLACE for network filters, HTTP filters and virtual hosts, and ADD or REMOVE for what stands in a list.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/EnvoyFilter'],
    codes: ['IST0152', 'IST0153', 'IST0154'],
    sources: [
      'istio.io/docs/reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation',
      'istio/istio pkg/config/analysis/analyzers/envoyfilter/envoyfilter.go',
      'istio/istio pilot/pkg/networking/core/envoyfilter/rc_patch.go, listener_patch.go',
    ],
    messages: {
      replace: '{filter}: REPLACE is ignored for {applyTo}; it works for NETWORK_FILTER, HTTP_FILTER and VIRTUAL_HOST.',
      add: '{filter}: ADD is ignored for {applyTo}; use MERGE, or ADD with a part of it such as VIRTUAL_HOST.',
      remove: '{filter}: REMOVE is ignored for {applyTo}; it works for what stands in a list, such as VIRTUAL_HOST.',
      undocumented:
        '{filter}: by its documents Istio ignores {operation} for {applyTo}; istiod does apply it today, and nothing promises that.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a cluster cannot be replaced, and nothing be added to a route configuration',
        yaml: `
          apiVersion: networking.istio.io/v1alpha3
          kind: EnvoyFilter
          metadata: { name: tuning, namespace: shop }
          spec:
            configPatches:
              - applyTo: CLUSTER
                match: { context: SIDECAR_OUTBOUND }
                patch:
                  operation: REPLACE #~ replace \`REPLACE\`
                  value: { name: cart, connect_timeout: 1s }
              - applyTo: ROUTE_CONFIGURATION
                patch:
                  operation: ADD #~ add
                  value: { name: "80" }
        `,
      },
    ],
    good: [
      {
        title: 'merged into the cluster, added to the filters',
        yaml: `
          apiVersion: networking.istio.io/v1alpha3
          kind: EnvoyFilter
          metadata: { name: tuning, namespace: shop }
          spec:
            configPatches:
              - applyTo: CLUSTER
                match: { context: SIDECAR_OUTBOUND }
                patch: { operation: MERGE, value: { connect_timeout: 1s } }
              - applyTo: HTTP_FILTER
                patch: { operation: INSERT_FIRST, value: { name: envoy.filters.http.lua } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const told = new Set<string>();
    for (const patch of envoyFilterOf(mesh, resource)?.patches ?? []) {
      const { operation, applyTo, operationField, field } = patch;
      if (operation === undefined || verdictOf(patch) !== 'ignored') continue;
      if (applyTo === undefined && field.at('applyTo').hasValue) continue;
      const code = CODES[operation];
      // istioctl says each of them once of an EnvoyFilter, however many patches there are.
      const codes = code && !told.has(code) ? [code] : [];
      told.add(code ?? '');
      const words = { filter: nameOf(resource), applyTo: applyTo ?? 'nothing at all' };
      if (isAppliedAllTheSame(patch))
        report(operationField, 'undocumented', { ...words, operation }, { codes, severity: 'info', advice: true });
      else if (operation === 'REPLACE') report(operationField, 'replace', words, { codes });
      else report(operationField, operation === 'ADD' ? 'add' : 'remove', words, { codes });
    }
  },
});

const CODES: Readonly<Record<string, string>> = { REPLACE: 'IST0152', ADD: 'IST0153', REMOVE: 'IST0154' };
