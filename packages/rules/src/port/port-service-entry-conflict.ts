import {
  type DeclaredPort,
  declaredPorts,
  defineRule,
  type EntryPort,
  entriesMeet,
  inOneMesh,
  type Mesh,
  nameOf,
  type ServiceEntry,
  serviceEntryOf,
} from '@meshvet/core';

export const portServiceEntryConflict = defineRule({
  meta: {
    id: 'port-service-entry-conflict',
    summary: 'Two ServiceEntries declare one port of a host with different protocols.',
    why: 'A proxy builds one listener and one cluster for the host and port, so the older ServiceEntry decides how the traffic is read.',
    fix: 'Give the port the same protocol in all ServiceEntries of the host, or keep them apart with exportTo.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/ServiceEntry'],
    codes: ['IST0177', 'KIA1212'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/serviceentry/conflictingprotocol.go',
      'kiali business/checkers/serviceentries/multi_match_checker.go',
    ],
    messages: {
      conflict: '{entry}: port {number} of host {host} has {written} here, and {other} in {others}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'HTTP here and HTTPS there',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: api, namespace: shop }
          spec:
            hosts: [api.example.com]
            resolution: DNS
            ports:
              - number: 443
                name: https
                protocol: HTTPS #~ conflict \`HTTPS\`
          ---
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: api-too, namespace: shop }
          spec:
            hosts: [api.example.com]
            resolution: DNS
            ports:
              - number: 443
                name: http
                protocol: HTTP #~ conflict \`HTTP\`
        `,
      },
    ],
    good: [
      {
        title: 'two that add endpoints to one host',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: api, namespace: shop }
          spec:
            hosts: [api.example.com]
            ports: [{ number: 443, name: https, protocol: HTTPS }]
          ---
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: api-too, namespace: shop }
          spec:
            hosts: [api.example.com]
            ports: [{ number: 443, name: tls, protocol: https }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    if (subject.type !== 'networking.istio.io/ServiceEntry') return;
    const entry = serviceEntryOf(mesh, subject);
    let first = true;
    for (const port of entry?.ports ?? []) {
      const hit = entry && conflictOf(mesh, entry, port);
      if (!hit) continue;
      const names = hit.others.map(({ entry: other }) => nameOf(other.resource)).sort();
      const protocol = port.field.at('protocol');
      report(
        protocol.exists ? protocol : port.field,
        'conflict',
        {
          entry: nameOf(subject),
          number: port.number,
          host: hit.host,
          written: port.written || 'no protocol',
          other: hit.others[0]?.port.written || 'none',
          others: names.length > 1 ? `${names[0]} and ${names.length - 1} more` : (names[0] ?? ''),
        },
        {
          // istioctl names each ServiceEntry once, and compares hosts as they are written.
          codes: first && hit.sameText ? ['IST0177', 'KIA1212'] : ['KIA1212'],
          related: hit.others
            .slice(0, 3)
            .map(({ port: other }) => ({ at: other.field.at('protocol'), note: 'declared here' })),
        },
      );
      if (hit.sameText) first = false;
    }
  },
});

interface Conflict {
  readonly host: string;
  readonly others: readonly DeclaredPort[];
  readonly sameText: boolean;
}

// So many of one host and port show what is wrong; a hostile file has thousands.
const MOST = 30;

function conflictOf(mesh: Mesh, entry: ServiceEntry, port: EntryPort): Conflict | undefined {
  for (const host of entry.hosts) {
    const others = declaredPorts(mesh, host, port.number)
      .slice(0, MOST)
      .filter(
        (other) =>
          other.port.written !== port.written &&
          entriesMeet(mesh, entry, other.entry) &&
          inOneMesh(mesh, entry.resource, other.entry.resource),
      );
    if (others.length > 0) return { host, others, sameText: others.some((other) => other.host === host) };
  }
  return undefined;
}
