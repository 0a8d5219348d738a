import {
  clientIn,
  defineRule,
  exportsOf,
  type Field,
  inOneMesh,
  isPatchedAt,
  isSystemNamespace,
  istiodEnvironment,
  listenersOfPort,
  type Mesh,
  meshProxyMetadata,
  nameOf,
  type RegistryHost,
  type Resource,
  scopeOfNamespace,
} from '@meshvet/core';

export const serviceEntryNoAddresses = defineRule({
  meta: {
    id: 'service-entry-no-addresses',
    summary: 'A ServiceEntry has a TCP port and no address that its traffic could be told by.',
    why: 'TCP carries no host name, so the proxies listen on the port for every address: what other hosts get on that port goes to this one.',
    fix: 'Write the addresses of the host, declare TLS or HTTP where it is spoken, or turn on the DNS proxy, which gives each host an address of its own.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/ServiceEntry'],
    codes: ['IST0134'],
    sources: [
      'istio.io/docs/reference/config/networking/service-entry/#ServiceEntry-addresses',
      'istio.io/docs/ops/configuration/traffic-management/dns-proxy/',
      'istio/istio pkg/config/analysis/analyzers/serviceentry/protocoladdresses.go',
    ],
    messages: {
      missing:
        '{entry}: port {port} is TCP and the entry has no addresses, so without the DNS proxy it takes what goes to any address on this port.',
      shared:
        '{entry}: port {port} is {protocol} without an address, as it is in {other} (host {otherHost}); a proxy has one listener for both, and connections to either go to {winner}.',
      undeclared:
        '{entry}: port {port} declares no protocol and the entry has no addresses, so what is not HTTP there goes to this host, whatever its address.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a database outside, by its name alone',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: db, namespace: shop }
          spec:
            hosts: [db.example.com]
            resolution: DNS
            ports:
              - number: 5432
                name: tcp-postgres
                protocol: TCP #~ missing \`TCP\`
        `,
      },
    ],
    good: [
      {
        title: 'with an address, or a protocol that names the host',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: db, namespace: shop }
          spec:
            hosts: [db.example.com]
            addresses: [10.4.0.9]
            resolution: STATIC
            ports: [{ number: 5432, name: tcp-postgres, protocol: TCP }]
            endpoints: [{ address: 10.4.0.9 }]
          ---
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: api, namespace: shop }
          spec:
            hosts: [api.example.com]
            resolution: DNS
            ports: [{ number: 443, name: tls, protocol: TLS }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (
      resource.type !== 'networking.istio.io/ServiceEntry' ||
      resource.partial ||
      isSystemNamespace(resource.namespace)
    )
      return;
    if (isPatchedAt(resource, 'spec', 'addresses') || isPatchedAt(resource, 'spec', 'ports')) return;
    const spec = resource.body.at('spec');
    if (isWritten(spec.at('addresses')) || isWritten(resource.body.at('status').at('addresses'))) return;
    if (mesh.derive(givesAddresses) !== 'no') return;
    // Istio refuses a TCP port of several hosts, and another rule tells that.
    if (spec.at('hosts').items().length > 1 && spec.at('resolution').value !== 'NONE') return;
    for (const port of (spec.at('ports').items() as Field[]).slice(0, MOST)) {
      const protocol = port.at('protocol');
      const text = protocol.hasValue ? protocol.text() : '';
      const rival = text ? rivalOf(mesh, resource, port.at('number').number()) : undefined;
      if (rival) {
        const { winner, other } = rival;
        report(
          protocol,
          'shared',
          {
            entry: nameOf(resource),
            port: port.at('number').text() ?? '',
            protocol: (text ?? '').toUpperCase(),
            other: nameOf(other.resource),
            otherHost: other.host,
            winner: winner.host,
          },
          {
            codes: [],
            related: [
              { at: other.resource.body.at('spec').at('ports'), note: `the ports of ${nameOf(other.resource)}` },
            ],
          },
        );
        continue;
      }
      if (text === undefined || (text !== '' && text.toLowerCase() !== 'tcp')) continue;
      const words = { entry: nameOf(resource), port: port.at('number').text() ?? '' };
      // Where nothing tells of the installation, the DNS proxy may be on.
      const told = mesh.settings.closedWorld || mesh.installation.proxyConfig.from !== 'default';
      const options = told ? {} : ({ severity: 'info' } as const);
      if (text === '') report(protocol.exists ? protocol : port, 'undeclared', words, options);
      else report(protocol, 'missing', words, options);
    }
  },
});

const MOST = 50;

function isWritten(field: Field): boolean {
  return field.hasValue && !(field.isList && field.items().length === 0);
}

// Two hosts that want one listener, and nothing but the address could tell the connections apart.
function rivalOf(
  mesh: Mesh,
  resource: Resource,
  port: number | undefined,
): { readonly winner: RegistryHost; readonly other: RegistryHost } | undefined {
  if (port === undefined) return undefined;
  const own = resource.namespace ?? '';
  const exports = exportsOf(mesh, resource);
  const reader = exports === undefined || exports.includes('*') || exports.includes(own) ? own : exports[0];
  if (reader === undefined) return undefined;
  for (const { lost } of listenersOfPort(scopeOfNamespace(mesh, reader), clientIn(reader).labels, port)) {
    for (const { host, to } of lost) {
      const other = host.resource === resource ? to : to.resource === resource ? host : undefined;
      if (!other || other.service || mesh.sameObject(other.resource, resource)) continue;
      // Each connection goes on to the address that it was for.
      if (to.resolution === 'passthrough') continue;
      if (isWritten(other.resource.body.at('status').at('addresses'))) continue;
      if (inOneMesh(mesh, resource, other.resource)) return { winner: to, other };
    }
  }
  return undefined;
}

// The DNS proxy answers for a host with an address that istiod has given it; by default it does so from Istio 1.25 on.
function givesAddresses(mesh: Mesh): 'yes' | 'no' | 'unknown' {
  if (!mesh.installation.proxyConfig.certain) return 'unknown';
  const isOn = (key: string) => meshProxyMetadata(mesh, key) === 'true';
  if (!isOn('ISTIO_META_DNS_CAPTURE')) return 'no';
  if (isOn('ISTIO_META_DNS_AUTO_ALLOCATE') || isOn('PILOT_ENABLE_IP_AUTOALLOCATE')) return 'yes';
  const allocates = istiodEnvironment(mesh, 'PILOT_ENABLE_IP_AUTOALLOCATE');
  if (allocates !== undefined) return allocates === 'true' ? 'yes' : 'no';
  return mesh.istioAtLeast('1.25') ? 'yes' : 'no';
}
