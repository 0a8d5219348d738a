import {
  CONNECTION_MANAGERS,
  DEPRECATED_FILTER_NAMES,
  defineRule,
  ENVOY_FILTER,
  type Field,
  isUnset,
  lacks,
  lacksText,
  mappings,
  nameOf,
  specOf,
} from '@meshvet/core';
import { DOUBTED, quote, type Refusal } from '../shared/refusals/refusals.ts';

export const schemaEnvoyFilterPatch = defineRule({
  meta: {
    id: 'schema-envoy-filter-patch',
    summary: 'A patch of an EnvoyFilter does not say what to change, or looks for it where it is not.',
    why: 'The validating webhook of istiod refuses the EnvoyFilter, or takes it and the proxies drop what they do not know.',
    fix: 'Write applyTo, an operation and a value, match by the object that is patched, and use the names and messages of Envoy API v3.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/EnvoyFilter'],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/envoyfilter/envoyfilter.go',
      'istio.io: EnvoyFilter reference',
      'envoyproxy.io: version history 1.14 and 1.18 (names of filters, API v3)',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
      doubted: '{resource}: {what}.',
      internal: '{resource} patches what Istio makes for itself, which changes from release to release.',
    },
    perMessage: { doubted: DOUBTED },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1alpha3
          kind: EnvoyFilter #~ internal
          metadata: { name: lua, namespace: shop }
          spec:
            configPatches:
              - applyTo: HTTP_FILTER
                match:
                  context: SIDECAR_INBOUND
                  listener:
                    filterChain:
                      filter:
                        name: envoy.http_connection_manager #~ doubted \`envoy.http_connection_manager\`
                patch:
                  operation: INSERT_BEFORE
                  value:
                    name: envoy.filters.http.lua
                    config: { inlineCode: "" } #~ doubted \`config\`
              - applyTo: CLUSTER
                match: { listener: { portNumber: 80 } } #~ refused \`listener\`
                patch: { operation: MERGE } #~ refused \`patch\`
        `,
      },
    ],
    good: [
      {
        title: 'a script of Envoy API v3; that it is an EnvoyFilter at all is said in any case',
        settings: { istioVersion: '1.2' },
        yaml: `
          apiVersion: networking.istio.io/v1alpha3
          kind: EnvoyFilter
          metadata: { name: lua, namespace: shop }
          spec:
            filters: []
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    // Before 1.3 an EnvoyFilter was written otherwise.
    if (!mesh.istioAtLeast('1.3') || subject.type !== ENVOY_FILTER || subject.partial) return;
    const resource = nameOf(subject);
    report(subject.body.at('kind'), 'internal', { resource }, { severity: 'info', advice: true, codes: ['IST0133'] });
    const patches = mappings(specOf(subject, ENVOY_FILTER)?.at('configPatches') ?? subject.body.at('').at(''));
    for (const patch of patches.slice(0, MOST)) {
      for (const { at, what, onKey = false, mild } of patchFaults(patch, mesh.istioAtLeast('1.8'))) {
        if (mild) report(at, 'doubted', { resource, what }, { onKey, severity: 'warning', codes: ['IST0133'] });
        else report(at, 'refused', { resource, what }, { onKey, codes: ['IST0106'] });
      }
    }
  },
});

const MOST = 200;
const OF_LISTENERS: ReadonlySet<string> = new Set(['LISTENER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER']);
const OF_ROUTES: ReadonlySet<string> = new Set(['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE']);
// That a waypoint goes with its context, the schema says.
const OBJECTS = ['listener', 'routeConfiguration', 'cluster'];

function* patchFaults(entry: Field, knowsV3: boolean): Generator<Refusal> {
  const match = entry.at('match');
  const context = match.at('context');
  // Of waypoints nothing is checked, and what is no context may have been meant for one.
  if (context.value === 'WAYPOINT' || match.at('waypoint').hasValue || (match.hasValue && !match.isMapping)) return;
  if (!context.hasValue && match.isMapping && !lacks(match, 'context')) return;
  const incomplete = incompleteness(entry);
  if (incomplete) {
    yield incomplete;
    // What is looked for is a mistake of its own; what is made of the patch nobody knows.
    if (incomplete.at !== entry.at('patch') && isUnset(entry.at('applyTo'))) return;
  }
  const applyTo = entry.at('applyTo').string();
  const object = OBJECTS.find((key) => match.at(key).hasValue);
  const expected =
    applyTo === undefined
      ? undefined
      : OF_LISTENERS.has(applyTo)
        ? 'listener'
        : OF_ROUTES.has(applyTo)
          ? 'routeConfiguration'
          : applyTo === 'CLUSTER'
            ? 'cluster'
            : undefined;
  if (expected !== undefined && object !== undefined && object !== expected)
    yield {
      at: match.at(object),
      what: `applyTo ${applyTo} is matched by ${expected}, and not by ${object}`,
      onKey: true,
    };
  else if (expected === 'listener')
    yield* filterFaults(match.at('listener').at('filterChain').at('filter'), applyTo as string);
  if (knowsV3) yield* valueFaults(entry.at('patch').at('value'), applyTo);
}

function incompleteness(entry: Field): Refusal | undefined {
  const applyTo = entry.at('applyTo');
  if (lacks(entry, 'applyTo') || applyTo.value === 'INVALID')
    return {
      at: applyTo.exists ? applyTo : entry,
      what: 'a patch does not say what it applies to',
      onKey: !applyTo.exists,
    };
  const patch = entry.at('patch');
  if (lacks(entry, 'patch'))
    return { at: patch.exists ? patch : entry, what: 'an entry of configPatches has no patch', onKey: true };
  if (!patch.isMapping) return undefined;
  const operation = patch.at('operation');
  if (lacks(patch, 'operation') || operation.value === 'INVALID')
    return { at: operation.exists ? operation : patch, what: 'a patch has no operation', onKey: !operation.exists };
  if (operation.value !== 'REMOVE' && operation.string() && lacks(patch, 'value'))
    return { at: patch, what: `a patch with operation ${operation.string()} has no value`, onKey: true };
  return undefined;
}

function* filterFaults(filter: Field, applyTo: string): Generator<Refusal> {
  if (!filter.isMapping) return;
  if (applyTo === 'LISTENER' || applyTo === 'FILTER_CHAIN')
    yield { at: filter, what: `a match by filter has no use with applyTo ${applyTo}`, onKey: true, mild: true };
  if (lacksText(filter, 'name')) {
    yield { at: filter, what: 'a filter is matched and has no name', onKey: true };
    return;
  }
  const name = filter.at('name').string();
  yield* deprecatedName(filter.at('name'));
  const inside = filter.at('subFilter');
  if (!inside.isMapping || name === undefined) return;
  if (applyTo !== 'HTTP_FILTER')
    yield { at: inside, what: `subFilter goes with applyTo HTTP_FILTER, and not with ${applyTo}`, onKey: true };
  else if (!CONNECTION_MANAGERS.has(name))
    yield {
      at: inside,
      what: `subFilter stands in filter ${quote(name)}, and only the HTTP connection manager has filters inside`,
      onKey: true,
    };
  else if (lacksText(inside, 'name')) yield { at: inside, what: 'a subFilter is matched and has no name', onKey: true };
  else yield* deprecatedName(inside.at('name'));
}

function* deprecatedName(field: Field): Generator<Refusal> {
  const text = field.string();
  if (text !== undefined && Object.hasOwn(DEPRECATED_FILTER_NAMES, text))
    yield { at: field, what: `filter ${quote(text)} is called ${DEPRECATED_FILTER_NAMES[text]} today`, mild: true };
}

function* valueFaults(value: Field, applyTo: string | undefined): Generator<Refusal> {
  if (!value.isMapping || (applyTo !== 'HTTP_FILTER' && applyTo !== 'NETWORK_FILTER' && applyTo !== 'LISTENER_FILTER'))
    return;
  // With a typed_config its type tells the filter, and the name may be any.
  if (value.at('typed_config').hasValue || value.at('typedConfig').hasValue) return;
  yield* deprecatedName(value.at('name'));
  const config = value.at('config');
  if (config.hasValue)
    yield {
      at: config,
      what: 'config is gone since Envoy API v3, and the filter is left without configuration; it takes a typed_config with an @type',
      onKey: true,
      mild: true,
    };
}
