import {
  covers,
  defineRule,
  type Field,
  groupBy,
  hostNameOf,
  isPatchedAt,
  lookupHost,
  type Mesh,
  nameOf,
  type RegistryHost,
  type Resource,
  registryOf,
  standsBeside,
  virtualServices,
} from '@meshvet/core';

export const sidecarResourceEgressUnmatched = defineRule({
  meta: {
    id: 'sidecar-resource-egress-unmatched',
    summary: 'An egress host of a Sidecar object names nothing that there is.',
    why: 'The proxies import nothing by it, and calls to the host that was meant go out without routes and mutual TLS, or fail.',
    fix: 'Write namespace/host with the full name of a Service, or the host of a ServiceEntry.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/Sidecar'],
    codes: ['KIA1004'],
    sources: [
      'istio.io/docs/reference/config/networking/sidecar/#IstioEgressListener',
      'istio/istio pilot/pkg/model/sidecar.go',
      'kiali business/checkers/sidecars/egress_listener_checker.go',
    ],
    messages: {
      none: '{sidecar}: "{written}" imports nothing, because no Service or ServiceEntry that it sees has host {host}.',
      otherNamespace:
        '{sidecar}: "{written}" imports nothing, because {what} is in namespace {space}; write "{meant}".',
      nothing:
        '{sidecar}: "{written}" imports nothing and takes nothing away: "~" is no namespace, and what other entries import stays imported.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the namespace before the slash is not that of the Service',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: shop }
          spec:
            egress:
              - hosts:
                  - "./*"
                  - "./billing.bank.svc.cluster.local" #~ otherNamespace
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: shop }
          spec: { egress: [{ hosts: ["./*", "istio-system/*", "bank/billing.bank.svc.cluster.local"] }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.type !== 'networking.istio.io/Sidecar' || resource.partial || isPatchedAt(resource, 'spec', 'egress'))
      return;
    const own = resource.namespace ?? '';
    const sidecar = nameOf(resource);
    for (const listener of (resource.body.at('spec').at('egress').items() as Field[]).slice(0, MOST)) {
      for (const field of (listener.at('hosts').items() as Field[]).slice(0, MOST)) {
        const written = field.string();
        const slash = written?.indexOf('/') ?? -1;
        if (written === undefined || slash < 0) continue;
        const [before, host] = [written.slice(0, slash), written.slice(slash + 1)];
        // A name without a dot is refused by the API server; `~` takes something away.
        if (!host.includes('.') || host === '*') continue;
        if (before === '~') {
          const codes = lookupHost(mesh, host, resource).state === 'missing' ? ['KIA1004'] : [];
          report(field, 'nothing', { sidecar, written }, { codes, severity: 'info', advice: true });
          continue;
        }
        const { service, fqdn } = hostNameOf(mesh, host, own);
        const space = before === '.' ? own : before;
        if (service && space !== '*' && service.namespace !== space && !isHostOfEntry(mesh, fqdn)) {
          if (before === '.' && mesh.assumesNamespace(resource)) continue;
          const meant = `${service.namespace}/${host}`;
          const words = { sidecar, written, what: 'the Service', space: service.namespace, meant };
          const missing = lookupHost(mesh, host, resource).state === 'missing';
          report(field, 'otherNamespace', words, { codes: missing ? ['KIA1004'] : [] });
          continue;
        }
        const other = space === '*' ? undefined : ofOtherNamespace(mesh, resource, space, fqdn);
        if (other) {
          if (before === '.' && mesh.assumesNamespace(resource)) continue;
          const words = { sidecar, written, what: nameOf(other.resource), space: other.namespace };
          // Kiali looks at the host alone, and at wildcards as they are written.
          const codes = host.startsWith('*') ? ['KIA1004'] : [];
          report(field, 'otherNamespace', { ...words, meant: `${other.namespace}/${host}` }, { codes });
        } else if (
          host.startsWith('*') ? coversNothing(mesh, fqdn) : lookupHost(mesh, host, resource).state === 'missing'
        ) {
          report(field, 'none', { sidecar, written, host });
        }
      }
    }
  },
});

const MOST = 500;

// What the host names, where the namespace before the slash has none of it, neither a host nor a route.
function ofOtherNamespace(mesh: Mesh, sidecar: Resource, space: string, fqdn: string): RegistryHost | undefined {
  const { exact, wildcards } = mesh.derive(hostsOfServiceEntries);
  const hosts = fqdn.startsWith('*') ? wildcards.filter((h) => covers(fqdn, h.host)) : (exact.get(fqdn) ?? []);
  if (hosts.length === 0 || hosts.some((h) => h.namespace === space || !standsBeside(mesh, h.resource, sidecar)))
    return undefined;
  const routed = mesh
    .derive(virtualServices)
    .some(
      (v) =>
        v.resource.namespace === space &&
        v.hosts.some(({ name }) => covers(fqdn, name.fqdn) || covers(name.fqdn, fqdn)),
    );
  return routed || (fqdn.startsWith('*') && !coversNoService(mesh, space, fqdn)) ? undefined : hosts[0];
}

function coversNoService(mesh: Mesh, space: string, wildcard: string): boolean {
  return !mesh.services.some(
    ({ resource }) => resource.namespace === space && covers(wildcard, hostNameOf(mesh, resource.name, space).fqdn),
  );
}

interface EntryHosts {
  readonly exact: ReadonlyMap<string, readonly RegistryHost[]>;
  /** Those that a wildcard is held against. */
  readonly wildcards: readonly RegistryHost[];
}

function hostsOfServiceEntries(mesh: Mesh): EntryHosts {
  const all = registryOf(mesh).hosts.filter((h) => !h.service && h.cluster === undefined);
  return { exact: groupBy(all, (h) => h.host), wildcards: all.slice(0, MOST) };
}

// A wildcard takes in what it covers; Kiali asks for a host that is written the same.
function coversNothing(mesh: Mesh, wildcard: string): boolean {
  if (!mesh.settings.closedWorld || mesh.externals.host(wildcard)) return false;
  return !mesh.derive(allHosts).some((host) => covers(wildcard, host) || covers(host, wildcard));
}

function isHostOfEntry(mesh: Mesh, fqdn: string): boolean {
  return mesh.derive(hostsOfEntries).has(fqdn);
}

function allHosts(mesh: Mesh): readonly string[] {
  const services = mesh.services.map((s) => hostNameOf(mesh, s.resource.name, s.resource.namespace ?? '').fqdn);
  return [...services, ...mesh.derive(hostsOfEntries)];
}

// A ServiceEntry may have a host of the cluster's own domain, from whatever namespace.
function hostsOfEntries(mesh: Mesh): ReadonlySet<string> {
  return new Set(
    mesh.ofType('networking.istio.io/ServiceEntry').flatMap((r) =>
      (r.body.at('spec').at('hosts').items() as Field[]).flatMap((f) => {
        const host = f.string();
        return host === undefined ? [] : [hostNameOf(mesh, host, r.namespace ?? '').fqdn];
      }),
    ),
  );
}
