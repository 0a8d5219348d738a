import { defineRule, type Field, nameOf } from '@meshvet/core';
import { envoyFilterOf } from '../shared/envoy-filters.ts';

export const envoyFilterConfigUntyped = defineRule({
  meta: {
    id: 'envoy-filter-config-untyped',
    summary: 'An EnvoyFilter configures a filter under config, which Envoy has no more.',
    why: 'Version 3 of the API of Envoy knows typed_config only; the filter is refused or left without configuration, and the listener with it.',
    fix: 'Write typed_config with the "@type" of the filter, and the same keys below it.',
    severity: 'error',
    subject: 'resource',
    since: '1.10',
    sources: [
      'envoyproxy.io/docs/envoy/v1.18.2/version_history/v1.18.0 (version 2 of the API is gone, and with it config; Istio 1.10 brings this Envoy)',
      'envoyproxy/envoy api/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto (HttpFilter: reserved "config")',
    ],
    messages: {
      untyped: '{filter}: filter "{name}" has config; Envoy reads typed_config with its "@type", and nothing else.',
    },
  },
  examples: {
    bad: [
      {
        title: 'as it was written before 2020',
        yaml: `
          apiVersion: networking.istio.io/v1alpha3
          kind: EnvoyFilter
          metadata: { name: tester, namespace: shop }
          spec:
            configPatches:
              - applyTo: HTTP_FILTER
                patch:
                  operation: INSERT_FIRST
                  value:
                    name: envoy.filters.http.lua
                    config: #~ untyped \`config\`
                      inlineCode: "function envoy_on_request(handle) end"
        `,
      },
    ],
    good: [
      {
        title: 'with its type',
        yaml: `
          apiVersion: networking.istio.io/v1alpha3
          kind: EnvoyFilter
          metadata: { name: tester, namespace: shop }
          spec:
            configPatches:
              - applyTo: HTTP_FILTER
                patch:
                  operation: INSERT_FIRST
                  value:
                    name: envoy.filters.http.lua
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
                      inlineCode: "function envoy_on_request(handle) end"
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    for (const { field, applyTo, operation } of envoyFilterOf(mesh, resource)?.patches ?? []) {
      if (!FILTERS.has(applyTo ?? '') || operation === 'REMOVE') continue;
      const value: Field = field.at('patch').at('value');
      const config = value.at('config');
      if (!config.isMapping || value.at('typed_config').exists || value.at('typedConfig').exists) continue;
      report(config, 'untyped', { filter: nameOf(resource), name: value.at('name').string() ?? '' }, { onKey: true });
    }
  },
});

// What these patches hold is a filter, with a name and its configuration.
const FILTERS: ReadonlySet<string> = new Set(['HTTP_FILTER', 'NETWORK_FILTER', 'LISTENER_FILTER']);
