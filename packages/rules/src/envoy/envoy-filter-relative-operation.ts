import {
  defineRule,
  type EnvoyFilter,
  type EnvoyPatch,
  envoyFilterOf,
  envoyFilters,
  type Field,
  fileOf,
  type Mesh,
  nameOf,
  verdictOf,
} from '@meshvet/core';

export const envoyFilterRelativeOperation = defineRule({
  meta: {
    id: 'envoy-filter-relative-operation',
    summary: 'An EnvoyFilter without a priority puts a patch where something else has to be already.',
    why: 'EnvoyFilters of one priority are applied by their age, so after a reinstallation the filter that a patch stands beside may come later, and the patch is left out.',
    fix: 'Set spec.priority above that of the EnvoyFilter which adds the other filter, or use INSERT_FIRST or ADD.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/EnvoyFilter'],
    codes: ['IST0151', 'IST0155'],
    sources: [
      'istio.io/docs/reference/config/networking/envoy-filter/#EnvoyFilter (priority)',
      'istio/istio pkg/config/analysis/analyzers/envoyfilter/envoyfilter.go',
    ],
    messages: {
      beside:
        '{filter}: {operation} needs filter "{target}", which {other} adds at the same priority; the older of the two comes first.',
      relative: '{filter}: {operation} depends on what other patches have made, and no priority says which come first.',
      version:
        '{filter}: {operation} depends on another patch of "{name}" that holds for some proxy versions only; an upgrade may drop it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'in front of a filter that another EnvoyFilter adds',
        yaml: `
          apiVersion: networking.istio.io/v1alpha3
          kind: EnvoyFilter
          metadata: { name: limits, namespace: shop }
          spec:
            configPatches:
              - applyTo: HTTP_FILTER
                patch: { operation: INSERT_FIRST, value: { name: envoy.filters.http.local_ratelimit } }
          ---
          apiVersion: networking.istio.io/v1alpha3
          kind: EnvoyFilter
          metadata: { name: tester, namespace: shop }
          spec:
            configPatches:
              - applyTo: HTTP_FILTER
                match:
                  listener:
                    filterChain:
                      filter:
                        name: envoy.filters.network.http_connection_manager
                        subFilter: { name: envoy.filters.http.local_ratelimit }
                patch:
                  operation: INSERT_BEFORE #~ beside
                  value: { name: envoy.filters.http.lua }
        `,
      },
    ],
    good: [
      {
        title: 'with a priority',
        yaml: `
          apiVersion: networking.istio.io/v1alpha3
          kind: EnvoyFilter
          metadata: { name: tester, namespace: shop }
          spec:
            priority: 10
            configPatches:
              - applyTo: HTTP_FILTER
                match:
                  listener:
                    filterChain:
                      filter:
                        name: envoy.filters.network.http_connection_manager
                        subFilter: { name: envoy.filters.http.local_ratelimit }
                patch: { operation: INSERT_BEFORE, value: { name: envoy.filters.http.lua } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const filter = envoyFilterOf(mesh, resource);
    if (filter?.priority !== 'none') return;
    const found: Found[] = [];
    const before = new Map<string, Field>();
    for (const patch of filter.patches) {
      if (verdictOf(patch) === 'relative') {
        const version = before.get(patch.name) ?? versionedElsewhere(mesh, filter, patch);
        const other = version ? undefined : adderOf(mesh, filter, patch);
        found.push({ patch, version, other });
      }
      if (patch.byVersion && !before.has(patch.name)) before.set(patch.name, patch.versionField);
    }
    for (const kind of ['version', 'relative'] as const) {
      const group = found.filter(({ version }) => (version !== undefined) === (kind === 'version'));
      // The priority stands once for all patches, so they are told of once.
      const one = group.find(({ other }) => other) ?? group[0];
      if (!one) continue;
      const { patch, version, other } = one;
      const words = { filter: nameOf(resource), operation: patch.operation ?? '' };
      const more = group.filter((x) => x !== one).slice(0, MOST);
      const also = more.map((x) => ({ at: x.patch.operationField, note: `${x.patch.operation} here too` }));
      if (version)
        report(
          patch.operationField,
          'version',
          { ...words, name: patch.name || patch.target || 'the same object' },
          { codes: ['IST0155'], related: [{ at: version, note: 'for these versions only' }, ...also], ...QUIET },
        );
      else if (other)
        report(
          patch.operationField,
          'beside',
          { ...words, target: patch.target ?? '', other: nameOf(other.filter.resource) },
          { codes: ['IST0151'], related: [{ at: other.patch.operationField, note: 'added here' }, ...also] },
        );
      else report(patch.operationField, 'relative', words, { codes: ['IST0151'], related: also, ...QUIET });
    }
  },
});

interface Found {
  readonly patch: EnvoyPatch;
  readonly version: Field | undefined;
  readonly other: Place | undefined;
}

interface Place {
  readonly filter: EnvoyFilter;
  readonly patch: EnvoyPatch;
}

const MOST = 5;

// What Istio makes itself is there before any patch: most relative patches stand beside its router, and work.
const QUIET = { severity: 'info', advice: true } as const;

// A patch of the same name in another EnvoyFilter that holds for some versions.
function versionedElsewhere(mesh: Mesh, filter: EnvoyFilter, { name }: EnvoyPatch): Field | undefined {
  const others = mesh.derive(versioned).get(name) ?? [];
  return others.find((other) => isBeside(mesh, filter, other.filter))?.patch.versionField;
}

// Another EnvoyFilter of no priority that puts in the filter which this patch is relative to.
function adderOf(mesh: Mesh, filter: EnvoyFilter, { target }: EnvoyPatch): Place | undefined {
  if (target === undefined) return undefined;
  return (mesh.derive(added).get(target) ?? []).find((other) => isBeside(mesh, filter, other.filter));
}

function isBeside(mesh: Mesh, filter: EnvoyFilter, other: EnvoyFilter): boolean {
  return (
    filter !== other &&
    other.priority === 'none' &&
    filter.resource.namespace === other.resource.namespace &&
    mesh.together(filter.resource, other.resource)
  );
}

function versioned(mesh: Mesh): ReadonlyMap<string, readonly Place[]> {
  return byName(mesh, (patch) => patch.byVersion);
}

function added(mesh: Mesh): ReadonlyMap<string, readonly Place[]> {
  return byName(mesh, ({ operation }) => operation === 'ADD' || operation?.startsWith('INSERT_') === true);
}

const MOST_OF_A_NAME = 50;

function byName(mesh: Mesh, counts: (patch: EnvoyPatch) => boolean): ReadonlyMap<string, readonly Place[]> {
  const index = new Map<string, Place[]>();
  for (const filter of mesh.derive(envoyFilters).values()) {
    for (const patch of filter.patches) {
      if (patch.name === '' || !counts(patch)) continue;
      const list = index.get(patch.name) ?? [];
      if (list.length < MOST_OF_A_NAME) list.push({ filter, patch });
      index.set(patch.name, list);
    }
  }
  // Whatever the order of the input, the same one is named.
  for (const list of index.values()) list.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  return index;
}

function placeOf({ filter, patch }: Place): string {
  return `${nameOf(filter.resource)} ${fileOf(filter.resource)} ${patch.field.pointer}`;
}
