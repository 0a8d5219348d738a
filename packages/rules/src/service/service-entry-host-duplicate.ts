import {
  type DeclaredPort,
  declaredPorts,
  defineRule,
  type EntryPort,
  entriesMeet,
  inOneMesh,
  type Mesh,
  nameOf,
  type Resource,
  type ServiceEntry,
  serviceEntryOf,
} from '@meshvet/core';

export const serviceEntryHostDuplicate = defineRule({
  meta: {
    id: 'service-entry-host-duplicate',
    summary: 'Two ServiceEntries declare the same port of one host.',
    why: 'Each proxy knows a host once: of two namespaces it takes the entry of its own, else an arbitrary one; in one namespace the endpoints are put together, and all else comes from the older entry.',
    fix: 'Keep one ServiceEntry for the host, or keep them apart with exportTo.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/ServiceEntry'],
    codes: ['KIA1211'],
    sources: [
      'istio/istio pilot/pkg/model/sidecar.go (selectServices)',
      'istio.io/docs/reference/config/networking/service-entry/',
      'kiali business/checkers/serviceentries/multi_match_checker.go',
    ],
    messages: {
      differs:
        '{entry}: {other} declares port {port} of host {host} too, with another {what}; each client takes one of the two, and which it is only its namespace or chance decides.',
      same: '{entry}: {other} declares port {port} of host {host} too; each client takes one of the two.',
      merged:
        '{entry}: {other} of the same namespace declares port {port} of host {host} too; their endpoints are put together, and the rest of the younger one is not read.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one host, two ways to reach it',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: bank, namespace: shop }
          spec:
            hosts: [bank.example.com]
            resolution: DNS
            ports:
              - { number: 443, name: tls, protocol: TLS } #~ differs
          ---
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: bank, namespace: office }
          spec:
            hosts: [bank.example.com]
            resolution: STATIC
            ports:
              - { number: 443, name: tls, protocol: TLS } #~ differs
            endpoints: [{ address: 10.9.8.7 }]
        `,
      },
    ],
    good: [
      {
        title: 'each for its own namespace',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: bank, namespace: shop }
          spec:
            hosts: [bank.example.com]
            exportTo: ["."]
            resolution: DNS
            ports: [{ number: 443, name: tls, protocol: TLS }]
          ---
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: bank, namespace: office }
          spec:
            hosts: [bank.example.com]
            exportTo: ["."]
            resolution: STATIC
            ports: [{ number: 443, name: tls, protocol: TLS }]
            endpoints: [{ address: 10.9.8.7 }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const entry = serviceEntryOf(mesh, resource);
    for (const port of entry?.ports ?? []) {
      const hit = entry && twinOf(mesh, entry, port);
      if (!hit) continue;
      const { other, host } = hit;
      const words = { entry: nameOf(resource), other: nameOf(other.entry.resource), port: port.number, host };
      const related = [{ at: other.port.field, note: `declared in ${nameOf(other.entry.resource)} too` }];
      const what = differenceOf(resource, other.entry.resource, port, other.port);
      const advice = { severity: 'info', advice: true, related } as const;
      if (resource.namespace === other.entry.resource.namespace) report(port.field, 'merged', words, advice);
      else if (what === undefined) report(port.field, 'same', words, advice);
      else report(port.field, 'differs', { ...words, what }, { related });
    }
  },
});

// So many of one host and port show what is wrong; a hostile file has thousands.
const MOST = 30;

// What has another protocol another rule tells.
function twinOf(
  mesh: Mesh,
  entry: ServiceEntry,
  port: EntryPort,
): { readonly other: DeclaredPort; readonly host: string } | undefined {
  for (const host of entry.hosts) {
    const others = declaredPorts(mesh, host, port.number)
      .slice(0, MOST)
      .filter(
        (other) => entriesMeet(mesh, entry, other.entry) && inOneMesh(mesh, entry.resource, other.entry.resource),
      );
    if (others.some((other) => other.port.written !== port.written)) continue;
    // What differs is worth more than what is the same.
    const worst = others.find((o) => differenceOf(entry.resource, o.entry.resource, port, o.port) !== undefined);
    const other = worst ?? others[0];
    if (other) return { other, host };
  }
  return undefined;
}

function differenceOf(a: Resource, b: Resource, port: EntryPort, other: EntryPort): string | undefined {
  const text = (r: Resource, key: string) => JSON.stringify(inOrder(r.body.at('spec').at(key).value ?? null));
  const keys = ['resolution', 'location', 'addresses', 'endpoints', 'workloadSelector', 'subjectAltNames'];
  const key = keys.find((k) => text(a, k) !== text(b, k));
  if (key !== undefined) return key;
  return port.field.at('targetPort').value === other.field.at('targetPort').value ? undefined : 'targetPort';
}

// In which order the keys of a mapping are written says nothing.
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, inOrder(inner)]);
}
