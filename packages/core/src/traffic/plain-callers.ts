import type { Workload } from '../cluster/workloads.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { destinationRules } from '../routing/destination-rules.ts';
import { namespaceOfHost, standsBeside } from '../security/namespace-mtls.ts';
import { ANY_OTHER_NAMESPACE, type CalledHost, clientIn, clientNamespaces, ruleFor } from './client-namespaces.ts';
import { NO_PORT, spokenBy } from './mtls-between.ts';
import { registryOf } from './registry.ts';
import { type TlsSetting, tlsOf } from './upstream.ts';

/** That all proxies send plain text, or TLS without an identity of the mesh, to pods, and what makes them. */
export interface PlainCallers {
  readonly host: string;
  /** The DestinationRule; undefined where none says anything, and auto mTLS is off. */
  readonly rule: Resource | undefined;
  readonly setting: TlsSetting | undefined;
}

// So many are looked at one by one.
const MOST = 100;

/**
 * Whether nobody who calls some pods by a Service shows who he is: every namespace follows a DestinationRule that takes the mutual TLS of the
 * mesh away, or auto mTLS is off and no rule brings it back. `pods`: those that were read; none of them where nobody has seen them, and then it is
 * asked of all that the namespace may have. undefined where somebody may have an identity.
 */
export function plainCallersOf(
  mesh: Mesh,
  namespace: string,
  pods: readonly Workload[],
  asker: Resource,
): PlainCallers | undefined {
  const hosts = pods.length > 0 ? hostsOfPods(mesh, pods) : unseenHosts(mesh, namespace);
  let found: PlainCallers | undefined;
  for (const { host, ports } of hosts) {
    for (const client of new Set([namespace, ANY_OTHER_NAMESPACE, ...clientNamespaces(mesh)])) {
      const rule = ruleFor(mesh, clientIn(client), host);
      for (const port of ports) {
        const settings = [undefined, ...(rule?.subsets ?? [])].map((subset) => tlsOf(rule, subset, port));
        if (!settings.every((setting) => isAnonymous(spokenBy(mesh, setting)))) return undefined;
        const first = rule?.rules.find((r) => r.spec.at('trafficPolicy').hasValue)?.resource;
        if (first && !standsBeside(mesh, first, asker)) return undefined;
        // What a rule says is nearer than what the installation leaves out.
        if (!found || (!found.setting && settings[0]))
          found = { host: host.host, rule: settings[0] && first, setting: settings[0] };
      }
    }
  }
  return found;
}

function isAnonymous(tls: ReturnType<typeof spokenBy>): boolean {
  return tls === 'none' || tls === 'simple';
}

interface Asked {
  readonly host: CalledHost;
  readonly ports: readonly number[];
}

// Pods without a Service are called by their address, and what is spoken to them nobody says.
function hostsOfPods(mesh: Mesh, pods: readonly Workload[]): readonly Asked[] {
  const asked: Asked[] = [];
  for (const workload of pods.slice(0, MOST)) {
    const services = mesh.servicesOf(workload);
    if (services.length === 0 || services.length > MOST) return [];
    for (const { resource } of services) {
      const host = registryOf(mesh).service(resource.namespace ?? '', resource.name);
      if (!host) return [];
      asked.push({ host, ports: host.ports.map((p) => p.number) });
    }
  }
  return asked;
}

// Any rule for a host of its own may be the one of the pods: only where there is none the wider rules speak for all.
function unseenHosts(mesh: Mesh, namespace: string): readonly Asked[] {
  const own = mesh
    .derive(destinationRules)
    .some((r) => !r.host || (!r.host.wildcard && namespaceOfHost(r.host) === namespace));
  return own ? [] : [{ host: { host: `*.${namespace}.svc.cluster.local`, namespace }, ports: [NO_PORT] }];
}
