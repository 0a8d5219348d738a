import {
  addTo,
  classOf,
  clientIn,
  defineRule,
  isPatchedAt,
  isSystemNamespace,
  type Mesh,
  nameOf,
  type RegistryHost,
  type Resource,
  registryOf,
  spokenTo,
} from '@meshvet/core';

export const serviceEntryHttpPort443 = defineRule({
  meta: {
    id: 'service-entry-http-port-443',
    summary:
      'A ServiceEntry declares port 443 of a host outside as plain HTTP, and no DestinationRule begins TLS towards it.',
    why: 'Clients that speak TLS to the port are cut off, since the sidecar looks for a request in bytes that are none; plain requests reach a server that expects TLS.',
    fix: 'Declare HTTPS (or TLS) where clients speak TLS themselves, or let a DestinationRule with tls mode SIMPLE begin it.',
    severity: 'info',
    advice: true,
    subject: 'resource',
    judgedAround: true,
    types: ['networking.istio.io/ServiceEntry'],
    sources: [
      'istio.io/docs/ops/common-problems/network-issues/ (HTTPS declared as HTTP)',
      'istio.io/docs/tasks/traffic-management/egress/egress-tls-origination/',
    ],
    messages: {
      http: '{entry}: port 443 of {host} is {protocol}, so the sidecar expects plain requests there, and no DestinationRule makes it speak TLS.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: search, namespace: shop }
          spec:
            hosts: [search.example.com]
            resolution: DNS
            ports:
              - number: 443
                name: http
                protocol: HTTP #~ http \`HTTP\`
        `,
      },
    ],
    good: [
      {
        title: 'the sidecar begins TLS',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: search, namespace: shop }
          spec:
            hosts: [search.example.com]
            resolution: DNS
            ports: [{ number: 443, name: http, protocol: HTTP }]
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: search, namespace: shop }
          spec:
            host: search.example.com
            trafficPolicy: { tls: { mode: SIMPLE, sni: search.example.com } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.partial || isSystemNamespace(resource.namespace) || isPatchedAt(resource, 'spec')) return;
    for (const host of mesh.derive(entryHosts).get(resource) ?? []) {
      const port = host.ports.find((p) => p.number === 443 && classOf(p.protocol) === 'http');
      if (!port || !host.external || port.target !== undefined) continue;
      const { setting } = spokenTo(mesh, clientIn(host.namespace), host, 443);
      if (setting && setting.mode !== 'DISABLE') continue;
      const data = { entry: nameOf(resource), host: host.host, protocol: port.protocol };
      return report(port.field.at('protocol').exists ? port.field.at('protocol') : port.field, 'http', data);
    }
  },
});

function entryHosts(mesh: Mesh): ReadonlyMap<Resource, readonly RegistryHost[]> {
  const index = new Map<Resource, RegistryHost[]>();
  for (const host of registryOf(mesh).hosts)
    if (!host.service && host.cluster === undefined) addTo(index, host.resource, host);
  return index;
}
