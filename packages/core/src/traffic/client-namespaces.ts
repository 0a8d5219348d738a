import { type LabelSet, labelsOf } from '../manifest/label-set.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { exportsOf } from '../names/hosts.ts';
import type { Field } from '../source/field.ts';
import { type MergedRule, ruleThatHolds } from './destination-rule-that-holds.ts';
import type { RegistryHost } from './registry.ts';
import { type Client, isSeen, type Scope, scopeOf } from './scope.ts';

/** Stands for the namespaces that nobody has read: no namespace can be called so. */
export const ANY_OTHER_NAMESPACE = '(another)';

// As many as are asked one by one; a hostile file holds thousands, each with thousands of hosts.
const MOST = 60;

/** The namespaces whose pods may call, as far as they were read: those with workloads, and those that are written; then any other. */
export function clientNamespaces(mesh: Mesh): readonly string[] {
  return mesh.derive(findNamespaces);
}

function findNamespaces(mesh: Mesh): readonly string[] {
  const names = new Set<string>();
  for (const { resource } of mesh.workloads) names.add(resource.namespace ?? '');
  for (const { name } of mesh.namespaces) names.add(name);
  const all = [...names].filter((name) => name !== '').sort();
  return [...all.slice(0, MOST), ANY_OTHER_NAMESPACE];
}

/** Any pod of a namespace, as a client. */
export function clientIn(namespace: string, labels: LabelSet = NO_LABELS): Client {
  return { namespace, labels, workload: undefined, gateway: false };
}

/** What the proxy of a client knows. */
export function scopeOfClient(mesh: Mesh, client: Client): Scope {
  return scopeOf(mesh, client);
}

/** What the proxies of a namespace know, those with a Sidecar for their labels left out. */
export function scopeOfNamespace(mesh: Mesh, namespace: string): Scope {
  return scopeOf(mesh, clientIn(namespace));
}

const NO_LABELS: LabelSet = labelsOf({});

/** A host as a client means it: one that is known, or the name and namespace of one that nobody has read. */
export type CalledHost = RegistryHost | { readonly host: string; readonly namespace: string };

/** Somebody who follows a DestinationRule. */
export interface Follower {
  readonly namespace: string;
  /** Whether the traffic policy that counts is that of this rule: of several that are put together the first has it. */
  readonly policyHolds: boolean;
}

/**
 * Who follows a DestinationRule for a host: proxies of the host's own namespace or of the rule's if they do, else of another that was read,
 * else of any. undefined where no proxy follows it: another rule comes first, or nobody who sees the host sees the rule.
 */
export function followerOf(mesh: Mesh, rule: Resource, host: CalledHost): Follower | undefined {
  const own = rule.namespace ?? '';
  const named = (exportsOf(mesh, rule) ?? []).filter((n) => n !== '*').slice(0, MOST);
  const candidates = new Set([host.namespace, own, ANY_OTHER_NAMESPACE, ...named, ...clientNamespaces(mesh)]);
  const selector = rule.body.at('spec').at('workloadSelector');
  const labels = selector.hasValue ? labelsOf(textsOf(selector.at('matchLabels'))) : undefined;
  for (const namespace of labels ? [own] : candidates) {
    const holds = ruleFor(mesh, clientIn(namespace, labels), host);
    if (!holds?.rules.some((r) => mesh.sameObject(r.resource, rule))) continue;
    const first = holds.rules.find((r) => r.spec.at('trafficPolicy').hasValue);
    return { namespace, policyHolds: first === undefined || mesh.sameObject(first.resource, rule) };
  }
  return undefined;
}

/** The DestinationRule that proxies of a client follow for a host; undefined where none does, and where they do not know the host. */
export function ruleFor(mesh: Mesh, client: Client, host: CalledHost): MergedRule | undefined {
  if (!('resource' in host)) return ruleThatHolds(mesh, client, host.host, host.namespace).rule;
  return knows(mesh, client, host) ? scopeOf(mesh, client).destinationRule(client.labels, host).rule : undefined;
}

/** Whether proxies of a client have clusters for a host: it is exported to them, and the Sidecar that holds for them imports it. */
export function knows(mesh: Mesh, client: Client, host: RegistryHost): boolean {
  if (!isSeen(host, client.namespace)) return false;
  const known = scopeOf(mesh, client).host(host.host);
  return known !== undefined && mesh.sameObject(known.resource, host.resource);
}

function textsOf(field: Field): Record<string, string> {
  return Object.fromEntries(
    field.entries().flatMap(([key, f]) => {
      const text = f.text();
      return text === undefined ? [] : [[key, text]];
    }),
  );
}
