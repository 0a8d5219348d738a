import {
  addTo,
  defineRule,
  type Field,
  type Mesh,
  nameOf,
  type Resource,
  type Service,
  type ServicePort,
} from '@meshvet/core';

export const serviceHeadlessSticky = defineRule({
  meta: {
    id: 'service-headless-sticky',
    summary: 'Session affinity or a load balancing policy is set for a headless Service.',
    why: 'The client picks the pod itself there, and its sidecar sends TCP to just that address: nothing is left to balance, and the setting has no effect.',
    fix: 'Remove the setting, or give the Service a cluster IP and let a DestinationRule with consistentHash keep sessions together.',
    severity: 'info',
    about: 'any mesh',
    subject: 'service',
    sources: [
      'istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go, applyLoadBalancer',
      'istio.io: Traffic Routing, Headless services',
      'kubernetes: Services, Headless Services',
    ],
    messages: {
      affinity:
        '{service} is headless, so sessionAffinity {written} has no effect: no proxy stands between the client and the pod it picks.',
      policy:
        '{rule} sets loadBalancer {written} for headless {service}; sidecars ignore it for TCP and go to the pod that the client picked.',
    },
  },
  examples: {
    bad: [
      {
        title: 'session affinity without anything that balances',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: db, namespace: shop }
          spec:
            clusterIP: None
            sessionAffinity: ClientIP #~ affinity
            selector: { app: db }
            ports: [{ name: tcp-db, port: 5432 }]
        `,
      },
      {
        title: 'a hash for TCP',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: db, namespace: shop }
          spec: { clusterIP: None, selector: { app: db }, ports: [{ name: tcp-db, port: 5432 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: db, namespace: shop }
          spec:
            host: db
            trafficPolicy:
              loadBalancer:
                consistentHash: { useSourceIp: true } #~ policy \`consistentHash\`
        `,
      },
    ],
    good: [
      {
        title: 'with a cluster IP the sidecars balance',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: db, namespace: shop }
          spec: { selector: { app: db }, ports: [{ name: tcp-db, port: 5432 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: db, namespace: shop }
          spec: { host: db, trafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true } } } }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    if (!service.headless || service.type === 'ExternalName') return;
    if (mesh.membershipOfService(service).answer === 'no') return;
    const { resource } = service;
    const affinity = resource.body.at('spec').at('sessionAffinity');
    if (affinity.text() === 'ClientIP')
      report(affinity, 'affinity', { service: nameOf(resource), written: 'ClientIP' });
    const host = `${resource.name}.${resource.namespace}.svc.cluster.local`;
    for (const rule of (mesh.derive(destinationRules).get(host) ?? []).slice(0, MOST_RULES)) {
      if (!belongsTogether(mesh, resource, rule)) continue;
      for (const { field, port } of balancers(rule)) {
        if (!isAllTcp(mesh, service, port)) continue;
        const setting = writtenPolicy(field);
        if (!setting) continue;
        report(
          setting.at,
          'policy',
          { rule: nameOf(rule), service: nameOf(resource), written: setting.text },
          {
            resource: rule,
            onKey: setting.at.key === 'consistentHash',
            related: [{ at: resource.body.at('spec').at('clusterIP'), note: 'the Service is headless' }],
          },
        );
      }
    }
  },
});

// So many show what is wrong; a hostile file has thousands, and each Service would walk them all.
const MOST_RULES = 10;
const MOST_PARTS = 20;

interface Balancer {
  readonly field: Field;
  /** The port it is for, where it is for one only. */
  readonly port: number | undefined;
}

function balancers(rule: Resource): readonly Balancer[] {
  const spec = rule.body.at('spec');
  const subsets = (spec.at('subsets').items() as Field[]).slice(0, MOST_PARTS);
  return [spec, ...subsets].flatMap((holder): Balancer[] => {
    const policy = holder.at('trafficPolicy');
    const ports = (policy.at('portLevelSettings').items() as Field[]).slice(0, MOST_PARTS);
    return [
      { field: policy.at('loadBalancer'), port: undefined },
      ...ports.flatMap((field) => {
        const port = field.at('port').at('number').number();
        return port === undefined ? [] : [{ field: field.at('loadBalancer'), port }];
      }),
    ];
  });
}

// PASSTHROUGH is what happens anyway.
function writtenPolicy(balancer: Field): { readonly at: Field; readonly text: string } | undefined {
  const hash = balancer.at('consistentHash');
  if (hash.isMapping) return { at: hash, text: 'consistentHash' };
  const simple = balancer.at('simple');
  const text = simple.text();
  return text && SIMPLE.has(text) ? { at: simple, text } : undefined;
}

const SIMPLE: ReadonlySet<string> = new Set(['ROUND_ROBIN', 'LEAST_CONN', 'LEAST_REQUEST', 'RANDOM']);

// Requests of HTTP may be balanced where istiod is told to; for TCP nothing can.
function isAllTcp(mesh: Mesh, service: Service, number: number | undefined): boolean {
  const ports = service.ports.filter((port: ServicePort) => number === undefined || port.number === number);
  return ports.length > 0 && ports.every((port) => !port.unreadable && mesh.protocol(port).class === 'tcp');
}

function belongsTogether(mesh: Mesh, service: Resource, rule: Resource): boolean {
  if (service.namespace === rule.namespace) return mesh.together(service, rule);
  return mesh.settings.closedWorld || service.document.source === rule.document.source;
}

function destinationRules(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const index = new Map<string, Resource[]>();
  for (const rule of mesh.ofType('networking.istio.io/DestinationRule')) {
    const written = rule.body.at('spec').at('host').string();
    if (!written || rule.partial) continue;
    const host = written.includes('.') ? written : `${written}.${rule.namespace}.svc.cluster.local`;
    addTo(index, host, rule);
  }
  return index;
}
