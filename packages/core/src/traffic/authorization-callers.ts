import type { Workload } from '../cluster/workloads.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { hostNameOf } from '../names/hosts.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import type { PolicyValue } from './authorization-values.ts';
import { certificateOf, principalOf } from './identity.ts';
import { registryOf } from './registry.ts';
import { clientOf, scopeOf } from './scope.ts';
import { matchesLooseGlob, matchesPattern, textPattern } from './text-pattern.ts';
import { tlsOf, tlsTo, upstreamOf } from './upstream.ts';

/**
 * The pods that a value of a policy means as callers, by their service account and namespace, whether they show it or not. None for what
 * means everybody. `namespace` is that of the policy.
 */
export function callersMeant(mesh: Mesh, { condition, text }: PolicyValue, namespace: string): readonly Workload[] {
  if (text === '*' || text.length > LONGEST) return [];
  const { byAccount, byNamespace } = mesh.derive(callers);
  switch (condition.attribute) {
    case 'principal': {
      if (!text.includes('*')) return byAccount.get(text.slice(Math.max(0, text.indexOf('/ns/')))) ?? [];
      // A pattern without a part of its own for the pods means a trust domain.
      if (!text.includes('/ns/') && !text.includes('/sa/')) return [];
      const pattern = textPattern(text);
      return fitting(byAccount, (account) => matchesPattern(pattern, `cluster.local${account}`));
    }
    case 'namespace':
      if (!text.includes('*')) return byNamespace.get(text) ?? [];
      return fitting(byNamespace, (name) => matchesLooseGlob(text, name) === true);
    case 'serviceAccount': {
      const slash = text.indexOf('/');
      const [space, account] = slash < 0 ? [namespace, text] : [text.slice(0, slash), text.slice(slash + 1)];
      return byAccount.get(`/ns/${space}/sa/${account}`) ?? [];
    }
    default:
      return [];
  }
}

const LONGEST = 512;

// Nobody means so many by one entry and has each of them told.
const MOST = 100;

interface Callers {
  readonly byAccount: ReadonlyMap<string, readonly Workload[]>;
  readonly byNamespace: ReadonlyMap<string, readonly Workload[]>;
}

function callers(mesh: Mesh): Callers {
  const byAccount = new Map<string, Workload[]>();
  const byNamespace = new Map<string, Workload[]>();
  for (const workload of mesh.workloads) {
    const certificate = certificateOf(mesh, workload);
    if (certificate.state !== 'known') continue;
    const { identity } = certificate;
    const principal = principalOf(identity);
    addTo(byAccount, principal.slice(principal.indexOf('/ns/')), workload);
    addTo(byNamespace, identity.namespace, workload);
  }
  return { byAccount, byNamespace };
}

function fitting(index: ReadonlyMap<string, readonly Workload[]>, fits: (key: string) => boolean): readonly Workload[] {
  const found: Workload[] = [];
  for (const [key, workloads] of index) {
    if (found.length >= MOST) break;
    if (fits(key)) found.push(...workloads);
  }
  return found;
}

/** That a caller's proxy speaks something else than mutual TLS of the mesh to pods, whichever of their names it calls. */
export interface PlainCalls {
  readonly host: string;
  readonly why: string;
  /** What says so, where something does. */
  readonly field: Field | undefined;
  readonly rule: Resource | undefined;
  /** The server takes no mutual TLS, so that no caller could speak it. */
  readonly byServer: boolean;
}

/**
 * Whether all that a caller's proxy sends to the Services of pods goes without mutual TLS of the mesh, so that the pods never learn who calls;
 * undefined where some of it may go with, or nobody can say.
 */
export function callsWithoutIdentity(mesh: Mesh, caller: Workload, server: Workload): PlainCalls | undefined {
  const client = clientOf(caller, caller.isGateway);
  const scope = scopeOf(mesh, client);
  let first: PlainCalls | undefined;
  for (const { resource } of mesh.servicesOf(server).slice(0, MOST)) {
    const host = scope.host(hostNameOf(mesh, resource.name, resource.namespace ?? '').fqdn);
    if (!host) continue;
    for (const port of host.ports.slice(0, MOST)) {
      const upstream = upstreamOf(scope, client, host.host, port.number, undefined);
      if ('missing' in upstream) return undefined;
      const { rule } = upstream;
      // A route may send to a subset that speaks otherwise.
      if (rule?.subsets.some((s) => tlsOf(rule, s, port.number)?.mode !== upstream.tls?.mode)) return undefined;
      const { endpoints } = registryOf(mesh).endpoints(host, port);
      const own = endpoints.find((e) => e.workload === server);
      if (!own) continue;
      const { tls, why, field, policy } = tlsTo(mesh, upstream, own);
      if (tls === undefined || tls === 'istio') return undefined;
      first ??= {
        host: host.host,
        why,
        field,
        rule: upstream.tls && rule?.rules[0]?.resource,
        byServer: policy !== undefined,
      };
    }
  }
  return first;
}
