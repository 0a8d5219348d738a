import {
  addTo,
  classOf,
  declaredServerFirst,
  defineRule,
  type Field,
  inOneMesh,
  type Mesh,
  meshProxyMetadata,
  nameOf,
  type Protocol,
  portLabel,
  type Resource,
  readsPortsOf,
  serviceEntries,
} from '@meshvet/core';

export const portOutboundListenerConflict = defineRule({
  meta: {
    id: 'port-outbound-listener-conflict',
    summary:
      'A port takes the same listener of every client as an HTTP port of another host, and the two cannot share it.',
    why: 'The proxy of a client has one listener on all addresses for the port number: one of the two hosts wins it, and the other is not reachable as declared.',
    fix: 'Give one of them another port number, or the ServiceEntry its addresses, so that it gets a listener of its own.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    types: ['Service', 'networking.istio.io/ServiceEntry'],
    sources: [
      'istio/istio pilot/pkg/networking/core/listener.go, isConflictWithWellKnownPort',
      'istio/istio pilot/pkg/networking/core/listener_builder.go',
      'istio.io: Protocol Selection (server first protocols)',
    ],
    messages: {
      neverShared:
        '{resource}: {port} is {protocol} without an address of its own, and {other} has HTTP on the same number; Istio never merges the two listeners.',
      notMerged:
        '{resource}: {port} is {protocol} without an address of its own, and {other} has HTTP on the same number; Istio merges such listeners since 1.3 only.',
      serverFirst:
        '{resource}: {port} has no address of its own and seems to be {name} ({evidence}), where the server speaks first; {other} has HTTP on the same number, so clients share one listener that waits for the first bytes of the client, and these connections hang.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a database outside the mesh, and an HTTP Service of the same number',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: db, namespace: shop }
          spec:
            hosts: [db.example.com]
            resolution: DNS
            ports:
              - number: 27017
                name: mongo
                protocol: MONGO #~ neverShared \`MONGO\`
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: admin, namespace: shop }
          spec: { selector: { app: admin }, ports: [{ name: http, port: 27017 }] }
        `,
      },
      {
        title: 'plain TCP, but MySQL by its number',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: db, namespace: shop }
          spec:
            hosts: [db.example.com]
            resolution: DNS
            ports:
              - number: 3306
                name: tcp-db
                protocol: TCP #~ serverFirst \`TCP\`
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: admin, namespace: shop }
          spec: { selector: { app: admin }, ports: [{ name: http-3306, port: 3306, targetPort: 8080 }] }
        `,
      },
    ],
    good: [
      {
        title: 'the client speaks first: the shared listener tells Redis and HTTP apart',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: cache, namespace: shop }
          spec:
            hosts: [cache.example.com]
            resolution: DNS
            ports: [{ number: 6379, name: tcp-redis, protocol: TCP }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: admin, namespace: shop }
          spec: { selector: { app: admin }, ports: [{ name: http, port: 6379 }] }
        `,
      },
      {
        title: 'with an address it has a listener of its own',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: db, namespace: shop }
          spec:
            hosts: [db.example.com]
            addresses: [203.0.113.7]
            resolution: DNS
            ports: [{ number: 27017, name: mongo, protocol: MONGO }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: admin, namespace: shop }
          spec: { selector: { app: admin }, ports: [{ name: http, port: 27017 }] }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    for (const port of mesh.derive(wildcardPorts).get(subject) ?? []) {
      const others = (mesh.derive(httpPorts).get(port.number) ?? [])
        .slice(0, MOST)
        .filter((other) => inOneMesh(mesh, subject, other.resource));
      const [other] = others;
      if (!other) continue;
      const label = `${other.label} of ${nameOf(other.resource)}`;
      report(
        port.field,
        port.serverFirst ? 'serverFirst' : mesh.istioAtLeast('1.3') ? 'neverShared' : 'notMerged',
        {
          resource: nameOf(subject),
          port: port.label,
          protocol: port.protocol,
          other: others.length > 1 ? `${label} (and ${others.length - 1} more)` : label,
          name: port.serverFirst?.name ?? '',
          evidence: port.serverFirst?.evidence ?? '',
        },
        { related: others.slice(0, 3).map((o) => ({ at: o.field, note: 'an HTTP port of the same number' })) },
      );
    }
  },
});

interface OutboundPort {
  readonly resource: Resource;
  readonly number: number;
  readonly label: string;
  readonly protocol: Protocol;
  readonly field: Field;
  readonly name: string | undefined;
}

/** A port on all addresses that does not bear HTTP beside it, and why it does not where the listeners could be merged. */
interface UnsharedPort extends OutboundPort {
  readonly serverFirst: ReturnType<typeof declaredServerFirst>;
}

const MOST = 100;

// Ports whose listener is on all addresses and cannot be shared with HTTP, by their resource.
function wildcardPorts(mesh: Mesh): ReadonlyMap<Resource, readonly UnsharedPort[]> {
  const found = new Map<Resource, UnsharedPort[]>();
  // With DNS proxying each host gets an address that istiod makes up.
  if (capturesDns(mesh)) return found;
  for (const port of allPorts(mesh)) {
    if (port.hasAddress) continue;
    const serverFirst = isUnshared(mesh, port) ? undefined : heldUp(mesh, port);
    if (serverFirst || isUnshared(mesh, port)) addTo(found, port.resource, { ...port, serverFirst });
  }
  return found;
}

function isUnshared(mesh: Mesh, { protocol, headless }: OutboundPort & { readonly headless: boolean }): boolean {
  // Before 1.3 the first one that came won, whatever the other was.
  if (!mesh.istioAtLeast('1.3')) return classOf(protocol) === 'tcp';
  // A headless Service has a listener for each pod since 1.4.
  return (protocol === 'Mongo' || protocol === 'MySQL') && !(headless && mesh.istioAtLeast('1.4'));
}

// Since 1.3 plain TCP shares the listener, which then waits for the client to speak.
function heldUp(mesh: Mesh, port: OutboundPort & { readonly headless: boolean }): UnsharedPort['serverFirst'] {
  if (port.protocol !== 'TCP' || port.headless || !mesh.istioAtLeast('1.3')) return undefined;
  return declaredServerFirst(port.number, port.name);
}

function httpPorts(mesh: Mesh): ReadonlyMap<number, readonly OutboundPort[]> {
  const found = new Map<number, OutboundPort[]>();
  for (const port of allPorts(mesh)) {
    if (classOf(port.protocol) !== 'http') continue;
    addTo(found, port.number, port);
  }
  for (const list of found.values())
    list.sort((a, b) =>
      nameOf(a.resource) < nameOf(b.resource) ? -1 : nameOf(a.resource) > nameOf(b.resource) ? 1 : 0,
    );
  return found;
}

// Only what every client sees: what is exported to some may have clients of its own.
function* allPorts(mesh: Mesh): Generator<OutboundPort & { readonly hasAddress: boolean; readonly headless: boolean }> {
  for (const { resource, exports, ports, hasAddresses } of serviceEntries(mesh)) {
    if (!exports?.includes('*')) continue;
    for (const { number, protocol, field } of ports) {
      if (protocol === undefined) continue;
      const name = field.at('name').text();
      const place = field.at('protocol').hasValue ? field.at('protocol') : field;
      yield {
        resource,
        number,
        protocol,
        label: `port ${number}`,
        field: place,
        hasAddress: hasAddresses,
        headless: false,
        name,
      };
    }
  }
  for (const service of mesh.services) {
    const { resource, headless } = service;
    if (service.type === 'ExternalName' || resource.annotations.has('networking.istio.io/exportTo')) continue;
    if (!readsPortsOf(mesh, service)) continue;
    for (const port of service.ports) {
      if (port.number === undefined || port.unreadable) continue;
      const { protocol } = mesh.protocol(port);
      const place = [port.appProtocolField, port.nameField].find((f) => f.hasValue) ?? port.field.at('port');
      yield {
        resource,
        number: port.number,
        protocol,
        label: portLabel(port),
        field: place,
        hasAddress: !headless,
        headless,
        name: port.name,
      };
    }
  }
}

function capturesDns(mesh: Mesh): boolean {
  return meshProxyMetadata(mesh, 'ISTIO_META_DNS_CAPTURE') === 'true';
}
