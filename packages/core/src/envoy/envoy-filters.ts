import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';

/** A patch of an EnvoyFilter. What is undefined is not written, or filled in later. */
export interface EnvoyPatch {
  readonly field: Field;
  readonly applyTo: string | undefined;
  readonly operation: string | undefined;
  readonly operationField: Field;
  /** The name in `patch.value`, else that of the filter that is matched; empty for a patch without a value. */
  readonly name: string;
  /** The filter that the patch is relative to: the one matched, the inner one where there are two. */
  readonly target: string | undefined;
  /** It holds for proxies of some versions only. */
  readonly byVersion: boolean;
  /** The proxies that it is for; ANY where none is written. undefined where it is filled in later. */
  readonly context: string | undefined;
  readonly contextField: Field;
  readonly versionField: Field;
}

/** An EnvoyFilter, read. */
export interface EnvoyFilter {
  readonly resource: Resource;
  readonly patches: readonly EnvoyPatch[];
  /** A number other than 0; `unknown` where a later step fills it in. */
  readonly priority: 'set' | 'none' | 'unknown';
}

const MOST_PATCHES = 500;
const MOST_FILTERS = 2000;

/** The EnvoyFilter that a resource is, where it may be judged. */
export function envoyFilterOf(mesh: Mesh, resource: Resource): EnvoyFilter | undefined {
  return resource.type === 'networking.istio.io/EnvoyFilter' ? mesh.derive(envoyFilters).get(resource) : undefined;
}

/** Every EnvoyFilter that no patch of the input changes. */
export function envoyFilters(mesh: Mesh): ReadonlyMap<Resource, EnvoyFilter> {
  return new Map(
    mesh
      .ofType('networking.istio.io/EnvoyFilter')
      .filter((resource) => !resource.partial && !isPatchedAt(resource, 'spec'))
      .slice(0, MOST_FILTERS)
      .map((resource) => [resource, readEnvoyFilter(resource)]),
  );
}

function readEnvoyFilter(resource: Resource): EnvoyFilter {
  const spec = resource.body.at('spec');
  const priority = spec.at('priority');
  const number = priority.number();
  return {
    resource,
    patches: (spec.at('configPatches').items() as Field[]).slice(0, MOST_PATCHES).flatMap(readPatch),
    priority: number !== undefined ? (number === 0 ? 'none' : 'set') : priority.hasValue ? 'unknown' : 'none',
  };
}

function readPatch(field: Field): EnvoyPatch[] {
  const patch = field.at('patch');
  if (!patch.isMapping) return [];
  const match = field.at('match');
  const filter = match.at('listener').at('filterChain').at('filter');
  const value = patch.at('value');
  const named = value.at('name').exists ? value.at('name') : filter.at('name');
  const versionField = match.at('proxy').at('proxyVersion');
  return [
    {
      field,
      applyTo: field.at('applyTo').string(),
      operation: patch.at('operation').string(),
      operationField: patch.at('operation'),
      name: value.isMapping ? (named.string() ?? '') : '',
      target: filter.at('subFilter').at('name').string() ?? filter.at('name').string(),
      context: match.at('context').hasValue ? match.at('context').string() : 'ANY',
      contextField: match.at('context'),
      byVersion: versionField.hasValue && versionField.string() !== '',
      versionField,
    },
  ];
}

const HTTP_ROUTES: ReadonlySet<string> = new Set(['ROUTE_CONFIGURATION', 'HTTP_ROUTE']);
const REPLACEABLE: ReadonlySet<string> = new Set(['NETWORK_FILTER', 'HTTP_FILTER', 'VIRTUAL_HOST']);

/** What istioctl takes an operation for: one that is ignored where it is applied, one that depends on what stands there, or a fine one. */
export function verdictOf({ applyTo = '', operation }: EnvoyPatch): 'ignored' | 'relative' | 'fine' {
  switch (operation) {
    case 'ADD':
      return HTTP_ROUTES.has(applyTo) ? 'ignored' : 'fine';
    case 'REMOVE':
      return HTTP_ROUTES.has(applyTo) ? 'ignored' : 'relative';
    case 'REPLACE':
      return REPLACEABLE.has(applyTo) ? 'relative' : 'ignored';
    case 'INSERT_BEFORE':
    case 'INSERT_AFTER':
      return 'relative';
    default:
      return 'fine';
  }
}

/**
 * Whether istiod applies an operation although its documents say that it ignores it: routes are added and removed, and filters of
 * listeners replaced. Source: `pilot/pkg/networking/core/envoyfilter/rc_patch.go` and `listener_patch.go`.
 */
export function isAppliedAllTheSame({ applyTo, operation }: EnvoyPatch): boolean {
  return operation === 'REPLACE' ? applyTo === 'LISTENER_FILTER' : applyTo === 'HTTP_ROUTE';
}
