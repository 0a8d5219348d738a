import { covers, defineRule, type Field, hostNameOf, isPatchedAt, lookupHost, type Mesh, nameOf } from '@meshvet/core';

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
        '{sidecar}: "{written}" imports nothing, because the Service is in namespace {space}; write "{meant}".',
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
        if (before === '~' || !host.includes('.') || host === '*') continue;
        const { service, fqdn } = hostNameOf(mesh, host, own);
        const space = before === '.' ? own : before;
        if (service && space !== '*' && service.namespace !== space && !isHostOfEntry(mesh, fqdn)) {
          if (before === '.' && mesh.assumesNamespace(resource)) continue;
          const meant = `${service.namespace}/${host}`;
          const words = { sidecar, written, space: service.namespace, meant };
          const missing = lookupHost(mesh, host, resource).state === 'missing';
          report(field, 'otherNamespace', words, { codes: missing ? ['KIA1004'] : [] });
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
