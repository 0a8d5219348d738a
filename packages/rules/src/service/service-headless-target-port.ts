import {
  defineRule,
  isForMesh,
  istiodEnvironment,
  judgesTargets,
  type Mesh,
  nameOf,
  portLabel,
  readsPortsOf,
  type Service,
  type ServicePort,
  surelyBehind,
  targetPlace,
  virtualServices,
} from '@meshvet/core';
import { severityForEndpoints } from '../shared/severity/audience.ts';

export const serviceHeadlessTargetPort = defineRule({
  meta: {
    id: 'service-headless-target-port',
    summary: 'A headless Service maps its port to another one of the pods, and nothing does that mapping.',
    why: 'The name of a headless Service stands for the addresses of the pods. Who calls it on the port of the Service reaches that very port of a pod, with a sidecar too, which keeps address and port as they were called; targetPort is not looked at.',
    fix: 'Give the Service port the number on which the pods listen, or the Service a cluster IP.',
    severity: 'info',
    subject: 'service',
    advice: true,
    strict: 'info',
    sources: [
      'kubernetes: Services, Headless Services',
      'istio/istio pilot/pkg/networking/core/cluster.go, convertResolution (ORIGINAL_DST)',
    ],
    messages: {
      ignored:
        '{service} is headless: {port} leads to {target} for nobody, since clients call the pods themselves. They reach port {number} of {workload}, which it does not list; targetPort counts for gateways and DNS SRV lookups only.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the pods listen on 8080, and clients call them on 80',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: desk, namespace: shop }
          spec:
            clusterIP: None
            selector: { app: desk }
            ports:
              - { name: http, port: 80, targetPort: 8080 } #~ ignored \`8080\`
          ---
          apiVersion: apps/v1
          kind: StatefulSet
          metadata: { name: desk, namespace: shop }
          spec:
            serviceName: desk
            selector: { matchLabels: { app: desk } }
            template:
              metadata: { labels: { app: desk } }
              spec: { containers: [{ name: desk, image: desk, ports: [{ name: http, containerPort: 8080 }] }] }
        `,
      },
    ],
    good: [
      {
        title: 'the same number on both sides, or a name that leads to it',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: desk, namespace: shop }
          spec:
            clusterIP: None
            selector: { app: desk }
            ports:
              - { name: http, port: 8080 }
              - { name: http-admin, port: 9000, targetPort: admin }
          ---
          apiVersion: apps/v1
          kind: StatefulSet
          metadata: { name: desk, namespace: shop }
          spec:
            serviceName: desk
            selector: { matchLabels: { app: desk } }
            template:
              metadata: { labels: { app: desk } }
              spec: { containers: [{ name: desk, image: desk, ports: [{ containerPort: 8080 }, { name: admin, containerPort: 9000 }] }] }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    if (!service.headless || !judgesTargets(service) || !readsPortsOf(mesh, service)) return;
    // With this switch sidecars get the endpoints, target ports and all. Since 1.9, off by default.
    if (istiodEnvironment(mesh, 'PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES') === 'true') return;
    const [workload] = surelyBehind(mesh, service);
    if (!workload || isForGatewaysOnly(mesh, service)) return;
    const listened = new Set(workload.declaredPorts.flatMap(({ number }) => number ?? []));
    for (const port of service.ports) {
      const target = mappedTo(mesh, service, port);
      // A pod that declares the port of the Service as well is reached, whatever stands behind it.
      if (target === undefined || port.number === undefined || listened.has(port.number)) continue;
      report(
        targetPlace(port),
        'ignored',
        {
          service: nameOf(service.resource),
          port: portLabel(port),
          target,
          number: port.number,
          workload: nameOf(workload.resource),
        },
        { severity: severityForEndpoints(mesh, service, 'info') },
      );
    }
  },
});

/** The number that all pods behind a port listen on, if it is another than that of the port. */
function mappedTo(mesh: Mesh, service: Service, port: ServicePort): number | undefined {
  if (port.unreadable || port.number === undefined) return undefined;
  const targets = surelyBehind(mesh, service).map((w) => mesh.resolveTarget(port, w));
  const numbers = new Set(targets.map((t) => (t.state === 'found' ? t.number : undefined)));
  const [only] = numbers;
  return numbers.size === 1 && only !== port.number ? only : undefined;
}

/** Whether all that calls a Service, as far as it was read, are gateways: they do look at targetPort. */
function isForGatewaysOnly(mesh: Mesh, { resource }: Service): boolean {
  const routes = mesh.derive(routedHosts).get(`${resource.name}.${resource.namespace}`);
  return routes === 'gateways';
}

function routedHosts(mesh: Mesh): ReadonlyMap<string, 'gateways' | 'mesh'> {
  const found = new Map<string, 'gateways' | 'mesh'>();
  for (const virtualService of virtualServices(mesh)) {
    const by = isForMesh(virtualService) ? 'mesh' : 'gateways';
    for (const { host } of virtualService.routes.flatMap((r) => r.destinations)) {
      const service = host?.service;
      if (!service) continue;
      const key = `${service.name}.${service.namespace}`;
      if (found.get(key) !== 'mesh') found.set(key, by);
    }
  }
  return found;
}
