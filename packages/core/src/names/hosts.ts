import type { Answer } from '../manifest/lookup.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';

/** A host as a namespace means it. */
export interface HostName {
  /** As written. */
  readonly written: string;
  /** What Istio looks for: short names get their namespace and the cluster domain, all else stays as it is. */
  readonly fqdn: string;
  /** It begins with `*`, and stands for every name that ends in the rest. */
  readonly wildcard: boolean;
  /** The Service that the name is made of, where it has that form in the cluster's own domain. */
  readonly service: { readonly namespace: string; readonly name: string } | undefined;
  /** A dotted name without the domain, `cart.shop` or `cart.shop.svc`: looks like a Service, and is never expanded. */
  readonly shortened: { readonly namespace: string; readonly name: string } | undefined;
}

/** Longer than any name that DNS knows; nothing is looked up for such. */
export const LONGEST_HOST = 512;

// So many things of one host are no mesh; a hostile file has thousands, and each would be held against each.
const MOST_OF_A_HOST = 300;

const CLUSTER_DOMAIN = 'cluster.local';

/**
 * The host that a text means in a namespace. Only a name without a dot is expanded: `cart.shop` stays as it is, and matches no Service.
 * Source: `pkg/config/model.go`, ResolveShortnameToFQDN.
 */
export function hostNameOf(mesh: Mesh, written: string, namespace: string): HostName {
  const names = mesh.derive(knownNames);
  let there = names.get(namespace);
  if (!there) names.set(namespace, (there = new Map()));
  let name = there.get(written);
  if (!name) there.set(written, (name = readHostName(mesh, written, namespace)));
  return name;
}

// A dozen rules ask for each host of a route.
function knownNames(): Map<string, Map<string, HostName>> {
  return new Map();
}

function readHostName(mesh: Mesh, written: string, namespace: string): HostName {
  const short = !written.includes('.') && !written.includes(':') && written !== '*' && written !== '';
  const fqdn = short ? `${written}.${namespace}.svc.${CLUSTER_DOMAIN}` : normalDomain(mesh, written);
  const wildcard = fqdn.startsWith('*');
  const parts = fqdn.split('.', 4);
  const isService = parts[2] === 'svc' && fqdn.endsWith(`.svc.${CLUSTER_DOMAIN}`) && parts.length > 3;
  const [name = '', space = ''] = parts;
  const bare = parts.length === 2 || (parts.length === 3 && parts[2] === 'svc');
  const service = isService && fqdn.length === name.length + space.length + 6 + CLUSTER_DOMAIN.length;
  return {
    written,
    fqdn,
    wildcard,
    service: service && !wildcard ? { namespace: space, name } : undefined,
    shortened: bare && !wildcard ? { namespace: space, name } : undefined,
  };
}

// A mesh may have another cluster domain. Manifests seldom tell it; its trust domain is often the same, and Kiali takes it for that.
function normalDomain(mesh: Mesh, host: string): string {
  const domain = mesh.derive(trustDomain);
  if (domain === undefined || !host.endsWith(`.svc.${domain}`)) return host;
  return host.slice(0, host.length - domain.length) + CLUSTER_DOMAIN;
}

function trustDomain(mesh: Mesh): string | undefined {
  const { trustDomain: domain } = mesh.installation.meshConfig.value;
  return typeof domain === 'string' && domain !== '' && domain !== CLUSTER_DOMAIN ? domain : undefined;
}

/** Whether a host covers another: it is the same, or a wildcard that the other ends in. */
export function covers(host: string, other: string): boolean {
  return host === other || (host.startsWith('*') && other.endsWith(host.slice(1)));
}

/** Whether some name is meant by both hosts. */
export function overlap(a: string, b: string): boolean {
  return covers(a, b) || covers(b, a);
}

/** Things by host, with wildcards among them. Looking up costs the length of the host, however many there are. */
export class HostIndex<T> {
  readonly #exact = new Map<string, T[]>();
  readonly #wildcards = new Map<string, T[]>();

  add(host: string, thing: T): void {
    const [index, key] = host.startsWith('*') ? [this.#wildcards, host.slice(1)] : [this.#exact, host];
    addTo(index, key, thing);
  }

  /** The things of exactly this host. */
  at(host: string): readonly T[] {
    return (host.startsWith('*') ? this.#wildcards.get(host.slice(1)) : this.#exact.get(host)) ?? [];
  }

  /** The things whose host covers a host, the most specific first: the same host, then ever shorter wildcards. */
  covering(host: string): readonly T[] {
    if (host.length > LONGEST_HOST) return [];
    const all: T[] = [];
    const take = (list: readonly T[] | undefined) => {
      if (list) all.push(...list.slice(0, MOST_OF_A_HOST - all.length));
    };
    if (!host.startsWith('*')) take(this.#exact.get(host));
    if (this.#wildcards.size === 0) return all;
    const rest = host.startsWith('*') ? host.slice(1) : host;
    for (let i = 0; i <= rest.length && all.length < MOST_OF_A_HOST; i++) take(this.#wildcards.get(rest.slice(i)));
    return all;
  }
}

/** The kinds whose visibility other namespaces depend on, with the default of MeshConfig for each. */
const DEFAULT_EXPORT: Readonly<Record<string, string>> = {
  Service: 'defaultServiceExportTo',
  'networking.istio.io/ServiceEntry': 'defaultServiceExportTo',
  'networking.istio.io/VirtualService': 'defaultVirtualServiceExportTo',
  'networking.istio.io/DestinationRule': 'defaultDestinationRuleExportTo',
};

/** Annotation of a Service that says which namespaces see it. */
export const EXPORT_TO_KEY = 'networking.istio.io/exportTo';

/**
 * The namespaces that a resource is exported to, with its own in place of `.`; `*` is all of them, an empty list none. undefined where
 * that cannot be told. Services say it in an annotation, the kinds of Istio in `spec.exportTo`; else MeshConfig decides, else all see it.
 */
export function exportsOf(mesh: Mesh, resource: Resource): readonly string[] | undefined {
  const known = mesh.derive(knownExports);
  if (!known.has(resource)) known.set(resource, readExports(mesh, resource));
  return known.get(resource);
}

const MOST_EXPORTS = 200;

// Asked again and again for one resource, and a list may be long.
function knownExports(): Map<Resource, readonly string[] | undefined> {
  return new Map();
}

function readExports(mesh: Mesh, resource: Resource): readonly string[] | undefined {
  const written = resource.type === 'Service' ? ofAnnotation(resource) : ofField(resource);
  if (written === undefined) return undefined;
  const entries = written.length > 0 ? written : defaultExports(mesh, resource.type);
  if (entries === undefined) return undefined;
  if (entries.length === 0 || entries.includes('*')) return ['*'];
  if (entries.length > MOST_EXPORTS) return undefined;
  const named = entries.filter((entry) => entry !== '~');
  return named.map((entry) => (entry === '.' ? (resource.namespace ?? '') : entry));
}

/** Whether a resource says itself which namespaces see it. */
export function hasExportTo(resource: Resource): boolean {
  if (resource.type === 'Service') return resource.annotations.has(EXPORT_TO_KEY);
  return resource.body.at('spec').at('exportTo').items().length > 0;
}

function ofAnnotation({ annotations }: Resource): readonly string[] | undefined {
  if (annotations.mayChange(EXPORT_TO_KEY)) return undefined;
  if (!annotations.has(EXPORT_TO_KEY)) return [];
  return annotations
    .get(EXPORT_TO_KEY)
    ?.split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function ofField(resource: Resource): readonly string[] | undefined {
  const field = resource.body.at('spec').at('exportTo');
  if (isPatchedAt(resource, 'spec', 'exportTo') || (field.hasValue && !field.isList)) return undefined;
  const entries = (field.items() as Field[]).map((entry) => entry.string());
  return entries.includes(undefined) ? undefined : (entries as string[]);
}

function defaultExports(mesh: Mesh, type: string): readonly string[] | undefined {
  const { value, certain } = mesh.installation.meshConfig;
  const list = value[DEFAULT_EXPORT[type] ?? ''];
  if (Array.isArray(list)) return list.every((entry) => typeof entry === 'string') ? list : undefined;
  return certain ? [] : undefined;
}

/** Whether a namespace sees a resource. */
export function isVisibleIn(mesh: Mesh, resource: Resource, namespace: string): Answer {
  const exports = exportsOf(mesh, resource);
  if (exports === undefined) return 'unknown';
  if (exports.includes('*') || exports.includes(namespace)) return 'yes';
  return mesh.assumesNamespace(resource) ? 'unknown' : 'no';
}

/** Whether some namespace surely sees both of two resources. */
export function seenTogether(mesh: Mesh, a: Resource, b: Resource): boolean {
  const [one, other] = [exportsOf(mesh, a), exportsOf(mesh, b)];
  if (!one || !other || one.length === 0 || other.length === 0) return false;
  return one.includes('*') || other.includes('*') || one.some((namespace) => other.includes(namespace));
}

/**
 * The namespaces whose proxies read what a resource says: its own, or those that it is written to be exported to. For a resource that is
 * exported to all, its own stands for them.
 */
export function readersOf(mesh: Mesh, resource: Resource): readonly string[] {
  const own = resource.namespace ?? '';
  if (!hasExportTo(resource)) return [own];
  const exports = exportsOf(mesh, resource);
  return exports === undefined || exports.includes('*') || exports.length === 0 ? [own] : exports;
}
