import {
  type Field,
  isPatchedAt,
  knownTokens,
  type Mesh,
  type Protocol,
  protocolOfText,
  type Resource,
} from '@meshvet/core';

/** A port of a ServiceEntry. */
export interface EntryPort {
  readonly field: Field;
  readonly number: number;
  /** As written, in capitals; empty where none is. */
  readonly written: string;
  /** What Istio takes it for; `auto` where nothing is written, undefined for a word that this Istio does not know. */
  readonly protocol: Protocol | undefined;
}

/** A ServiceEntry, as far as it can be read. */
export interface ServiceEntry {
  readonly resource: Resource;
  readonly hosts: readonly string[];
  readonly ports: readonly EntryPort[];
  readonly hasAddresses: boolean;
  /** Namespaces whose proxies know it: all, or those named. */
  readonly scope: Scope;
}

/** Namespaces that something is shown to. */
export type Scope = 'all' | 'unknown' | ReadonlySet<string>;

/** All ServiceEntries of the input that can be read. */
export function serviceEntries(mesh: Mesh): readonly ServiceEntry[] {
  return mesh.derive(readAll);
}

function readAll(mesh: Mesh): readonly ServiceEntry[] {
  return mesh
    .ofType('networking.istio.io/ServiceEntry')
    .slice(0, MOST_ENTRIES)
    .flatMap((resource) => readServiceEntry(mesh, resource) ?? []);
}

// Of a real mesh all are read; a hostile file would hold each host and port against each.
const MOST_ENTRIES = 2000;
const MOST_HOSTS = 100;
const MOST_PORTS = 50;

function readServiceEntry(mesh: Mesh, resource: Resource): ServiceEntry | undefined {
  if (resource.partial || isPatchedAt(resource, 'spec')) return undefined;
  const spec = resource.body.at('spec');
  const hosts = (spec.at('hosts').items() as Field[]).slice(0, MOST_HOSTS).flatMap((host) => host.string() || []);
  const ports = (spec.at('ports').items() as Field[]).slice(0, MOST_PORTS).flatMap((field) => {
    const number = field.at('number').number();
    const protocol = field.at('protocol');
    const text = protocol.hasValue ? protocol.text() : '';
    return number === undefined || text === undefined
      ? []
      : [{ field, number, written: text.toUpperCase(), protocol: protocolOf(mesh, text) }];
  });
  const addresses = spec.at('addresses');
  return {
    resource,
    hosts,
    ports,
    hasAddresses: addresses.hasValue && !(addresses.isList && addresses.items().length === 0),
    scope: scopeOf(mesh, resource),
  };
}

// Here the whole text is the protocol, not what stands before a `-`.
function protocolOf(mesh: Mesh, text: string): Protocol | undefined {
  if (text === '') return 'auto';
  const token = text.toLowerCase();
  return knownTokens(mesh.settings).includes(token) ? protocolOfText(mesh.settings, token) : undefined;
}

// A list that is empty or names `*` shows it to all; without one, MeshConfig decides.
function scopeOf(mesh: Mesh, resource: Resource): Scope {
  const list = resource.body.at('spec').at('exportTo');
  const texts = (list.items() as Field[]).map((item) => item.text());
  if (texts.includes(undefined) || (list.hasValue && !list.isList)) return 'unknown';
  const normal = mesh.installation.meshConfig.value.defaultServiceExportTo;
  const names = texts.length > 0 ? texts : Array.isArray(normal) ? normal : [];
  if (names.length === 0 || names.includes('*')) return 'all';
  if (resource.rewrites?.namespace) return 'unknown';
  return new Set(
    names.flatMap((name) =>
      name === '~' || typeof name !== 'string' ? [] : name === '.' ? (resource.namespace ?? '') : name,
    ),
  );
}

/** Whether some namespace surely sees both of two things. */
export function seenTogether(a: Scope, b: Scope): boolean {
  if (a === 'unknown' || b === 'unknown') return false;
  if (a === 'all') return b === 'all' || b.size > 0;
  if (b === 'all') return a.size > 0;
  for (const namespace of a) if (b.has(namespace)) return true;
  return false;
}

/**
 * Whether two resources that a proxy of any namespace may see are surely deployed in one mesh: side by side in one namespace, or, of two
 * namespaces, in one file or in a closed world.
 */
export function inOneMesh(mesh: Mesh, a: Resource, b: Resource): boolean {
  if (mesh.sameObject(a, b)) return false;
  if (a.namespace === b.namespace) return mesh.together(a, b);
  return mesh.settings.closedWorld || a.document.source === b.document.source;
}
