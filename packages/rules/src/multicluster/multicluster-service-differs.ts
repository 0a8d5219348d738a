import { addTo, defineRule, type Field, type Mesh, type Resource } from '@meshvet/core';

export const multiclusterServiceDiffers = defineRule({
  meta: {
    id: 'multicluster-service-differs',
    summary: 'A Service is not the same in all clusters of the mesh.',
    why: 'Istio takes Services of one namespace and name for one, and reads the ports and the type of the first that it sees; callers in the other clusters get the wrong ones.',
    fix: 'Give the Service the same type and ports in each cluster, or another name in one of them.',
    severity: 'warning',
    about: 'istio',
    subject: 'mesh',
    codes: ['IST0170'],
    sources: [
      'istio.io/docs/ops/configuration/traffic-management/multicluster/',
      'istio/istio pkg/config/analysis/analyzers/multicluster/service.go',
    ],
    messages: {
      headless:
        'Service {service} is headless in cluster {one} and has an address in cluster {other}; Istio takes both for one.',
      type: 'Service {service} is of type {type} in cluster {one} and {otherType} in cluster {other}; Istio takes both for one.',
      ports:
        'Service {service} has ports {ports} in cluster {one} and {otherPorts} in cluster {other}; Istio takes both for one.',
    },
  },
  examples: {
    bad: [],
    good: [
      {
        title: 'one cluster',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
  },
  check({ mesh, report }) {
    for (const [service, instances] of instancesOf(mesh)) {
      const [first, ...others] = instances;
      if (!first) continue;
      const shape = shapeOf(first.resource);
      if (!shape) continue;
      for (const other of others) {
        if (other.cluster === first.cluster) continue;
        const theirs = shapeOf(other.resource);
        if (!theirs) break;
        const words = { service, one: first.cluster, other: other.cluster };
        const spec = first.resource.body.at('spec');
        const otherSpec = other.resource.body.at('spec');
        const options = (at: Field) => ({
          resource: first.resource,
          related: [{ at, note: `the same Service in cluster ${other.cluster}` }],
        });
        if (shape.headless !== theirs.headless) {
          report(
            spec.at('clusterIP'),
            'headless',
            headlessFirst(words, shape.headless),
            options(otherSpec.at('clusterIP')),
          );
        } else if (shape.type !== theirs.type) {
          report(
            spec.at('type'),
            'type',
            { ...words, type: shape.type, otherType: theirs.type },
            options(otherSpec.at('type')),
          );
        } else if (shape.ports !== theirs.ports) {
          report(
            spec.at('ports'),
            'ports',
            { ...words, ports: shape.ports, otherPorts: theirs.ports },
            options(otherSpec.at('ports')),
          );
        } else continue;
        break;
      }
    }
  },
});

interface Instance {
  readonly cluster: string;
  readonly resource: Resource;
}

// Each Service that stands in two clusters at least; in each of them once, since variants of one cluster are no two Services.
function instancesOf(mesh: Mesh): readonly (readonly [string, readonly Instance[]])[] {
  const found = new Map<string, Instance[]>();
  const add = (cluster: string, resource: Resource) => {
    if (resource.type !== 'Service' || resource.partial || resource.name === '' || resource.rewrites) return;
    const key = `${resource.namespace}/${resource.name}`;
    addTo(found, key, { cluster, resource });
  };
  if (mesh.clusters.size === 0) return [];
  const clusters = [...mesh.clusters].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [cluster, resources] of clusters) for (const resource of resources) add(cluster, resource);
  for (const { resource } of mesh.services) add('of these files', resource);
  return [...found].filter(
    ([, list]) =>
      new Set(list.map((i) => i.cluster)).size > 1 && new Set(list.map((i) => i.cluster)).size === list.length,
  );
}

interface Shape {
  readonly headless: boolean;
  readonly type: string;
  readonly ports: string;
}

// With what the API server fills in: the type ClusterIP, the protocol TCP, the port itself as its target.
function shapeOf({ body }: Resource): Shape | undefined {
  const spec = body.at('spec');
  const read = (field: Field, normal: string): string | undefined => (field.hasValue ? field.text() : normal);
  const type = read(spec.at('type'), 'ClusterIP');
  const address = read(spec.at('clusterIP'), '');
  const ports = (spec.at('ports').items() as Field[]).map((port) => {
    const number = port.at('port').text();
    const parts = [
      read(port.at('name'), ''),
      number,
      read(port.at('protocol'), 'TCP'),
      read(port.at('targetPort'), number ?? ''),
      read(port.at('appProtocol'), ''),
    ];
    return parts.includes(undefined) ? undefined : portWords(parts as string[]);
  });
  if (type === undefined || address === undefined || ports.includes(undefined)) return undefined;
  return { headless: address === 'None', type, ports: (ports as string[]).sort().join(', ') || 'none' };
}

function portWords([name = '', number = '', protocol = '', target = '', application = '']: readonly string[]): string {
  const to = target === number || target === '0' ? '' : `→${target}`;
  return `${name ? `${name}:` : ''}${number}${to}/${protocol}${application ? ` (${application})` : ''}`;
}

function headlessFirst<W extends { one: string; other: string }>(words: W, isFirst: boolean): W {
  return isFirst ? words : { ...words, one: words.other, other: words.one };
}
