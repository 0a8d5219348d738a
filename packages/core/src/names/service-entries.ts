import { knownTokens, type Protocol, protocolOfText } from '../cluster/protocol.ts';
import { isPatchedAt, nameOf, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
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
 * namespaces, applied together.
 */
export function inOneMesh(mesh: Mesh, a: Resource, b: Resource): boolean {
  if (mesh.sameObject(a, b)) return false;
  if (a.namespace === b.namespace) return mesh.together(a, b);
  return mesh.appliedTogether(a, b);
}

/** A host and port of a ServiceEntry. */
export interface DeclaredPort {
  readonly entry: ServiceEntry;
  readonly port: EntryPort;
  readonly host: string;
}

const MOST_DECLARED = 200_000;

/** What ServiceEntries declare for a port of a host, in one order whatever the order of the files. Hosts are compared without their case. */
export function declaredPorts(mesh: Mesh, host: string, port: number): readonly DeclaredPort[] {
  return mesh.derive(byHostAndPort).get(keyOf(host, port)) ?? [];
}

function byHostAndPort(mesh: Mesh): ReadonlyMap<string, readonly DeclaredPort[]> {
  const index = new Map<string, DeclaredPort[]>();
  let size = 0;
  for (const entry of serviceEntries(mesh)) {
    for (const host of entry.hosts) {
      for (const port of entry.ports) {
        if (++size > MOST_DECLARED) break;
        addTo(index, keyOf(host, port.number), { entry, port, host });
      }
    }
  }
  for (const group of index.values()) group.sort(byName);
  return index;
}

function keyOf(host: string, number: number): string {
  return `${host.toLowerCase()}\n${number}`;
}

function byName(a: DeclaredPort, b: DeclaredPort): number {
  const [one, two] = [a, b].map(({ entry, port }) => `${nameOf(entry.resource)}\n${port.written}`) as [string, string];
  return one < two ? -1 : one > two ? 1 : 0;
}

/** The ServiceEntry that a resource is, as far as it can be read. */
export function serviceEntryOf(mesh: Mesh, resource: Resource): ServiceEntry | undefined {
  return mesh.derive(byResource).get(resource);
}

function byResource(mesh: Mesh): ReadonlyMap<Resource, ServiceEntry> {
  return new Map(serviceEntries(mesh).map((entry) => [entry.resource, entry]));
}
