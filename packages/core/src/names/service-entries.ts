import { knownTokens, type Protocol, protocolOfText } from '../cluster/protocol.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { exportsOf, seenTogether } from './hosts.ts';

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
  /** Namespaces whose proxies know it, as `exportsOf` tells them. */
  readonly exports: readonly string[] | undefined;
}

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
    exports: exportsOfEntry(mesh, resource),
  };
}

// Here the whole text is the protocol, not what stands before a `-`.
function protocolOf(mesh: Mesh, text: string): Protocol | undefined {
  if (text === '') return 'auto';
  const token = text.toLowerCase();
  return knownTokens(mesh.settings).includes(token) ? protocolOfText(mesh.settings, token) : undefined;
}

// A Kustomization that moves the resource to another namespace gives "." another meaning.
function exportsOfEntry(mesh: Mesh, resource: Resource): readonly string[] | undefined {
  const exports = exportsOf(mesh, resource);
  return resource.rewrites?.namespace && !exports?.includes('*') ? undefined : exports;
}

/** Whether some namespace surely sees both. */
export function entriesMeet(mesh: Mesh, a: ServiceEntry, b: ServiceEntry): boolean {
  return a.exports !== undefined && b.exports !== undefined && seenTogether(mesh, a.resource, b.resource);
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
