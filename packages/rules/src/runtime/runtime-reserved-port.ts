import {
  defineRule,
  isAmbient,
  istioPorts,
  judgedBehind,
  type Mesh,
  nameOf,
  portLabel,
  portMisuses,
  type Service,
  sendsToApplications,
  serviceOf,
  surelyBehind,
  targetMisuses,
  type WeighedSeverity,
  WORKLOAD_TYPES,
  type Workload,
  workloadOf,
} from '@meshvet/core';
import { milderOf, severityForSidecar, severityForWorkload } from '../shared/severity/audience.ts';

export const runtimeReservedPort = defineRule({
  meta: {
    id: 'runtime-reserved-port',
    summary: 'An application listens on a port that the proxy of the mesh keeps for itself.',
    why: 'The proxy and the application share one network, so whichever comes second cannot listen, or what is sent to the port ends in the proxy.',
    fix: 'Give the application a port that Istio does not use, and change containerPort, targetPort and probes with it.',
    severity: 'error',
    about: 'istio',
    subject: 'resource',
    types: ['Service', ...WORKLOAD_TYPES],
    sources: [
      'istio.io: Application Requirements, Ports used by Istio',
      'istio/istio tools/istio-iptables/pkg/constants/constants.go, pilot/pkg/networking/core/listener_builder.go',
      'istio/ztunnel src/config.rs (ambient)',
    ],
    messages: {
      container:
        '{resource}: containerPort {port} of container {container} is the port of {proxy} for {use}. Choose one outside {range}.',
      probe:
        '{resource}: a probe of container {container} expects the application on port {port}, the port of {proxy} for {use}. Choose one outside {range}.',
      target:
        '{resource}: {servicePort} sends to port {port} of the pods, the port of {proxy} for {use}. The application needs one outside {range}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a container port; the Service that sends there is the same mistake',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - name: http
                port: 80
                targetPort: 15001
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                containers:
                  - name: cart
                    image: "cart:1"
                    ports:
                      - containerPort: 15001 #~ container \`15001\`
        `,
      },
      {
        title: 'a port that no container declares, but a probe asks',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop, labels: { app: cart } }
          spec:
            containers:
              - name: cart
                image: "cart:1"
                readinessProbe:
                  httpGet:
                    path: /ready
                    port: 15000 #~ probe
        `,
      },
    ],
    good: [
      {
        title: 'the ports of the proxy in its own container',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop, labels: { app: cart } }
          spec:
            containers:
              - { name: cart, image: "cart:1", ports: [{ containerPort: 8080 }] }
              - { name: istio-proxy, image: "istio/proxyv2:1.20.0", ports: [{ name: http-envoy-prom, containerPort: 15090 }] }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    const resource = nameOf(subject);
    const workload = workloadOf(mesh, subject);
    const severity = workload && severityIn(mesh, workload);
    if (severity) {
      const words = proxyWords(mesh, workload);
      for (const { port, field, container, of } of portMisuses(workload, istioPorts(mesh, workload))) {
        report(
          field,
          of,
          { resource, port: port.number, container, use: port.use, ...words },
          { severity: milderOf(severity, port.severity) },
        );
      }
    }
    const service = serviceOf(mesh, subject);
    if (!service || !sendsToApplications(mesh, service)) return;
    const behind = judgedBehind(mesh, service, (w) => (severityIn(mesh, w) ? istioPorts(mesh, w) : undefined));
    if (behind.length === 0 && (surelyBehind(mesh, service).length > 0 || isOutside(mesh, service))) return;
    const sure = behind.some(({ workload }) => workload && severityIn(mesh, workload)?.severity === 'error');
    const views = behind.length > 0 ? behind : [{ workload: undefined, reserved: istioPorts(mesh) }];
    for (const { port, servicePort, field, declared } of targetMisuses(service, views)) {
      // Told at the container then: one port of an application is one mistake.
      if (declared) continue;
      report(
        field,
        'target',
        {
          resource,
          port: port.number,
          servicePort: portLabel(servicePort),
          use: port.use,
          ...proxyWords(mesh, behind[0]?.workload),
        },
        {
          severity: milderOf({ severity: sure ? 'error' : 'warning' }, port.severity),
        },
      );
    }
  },
});

/** How severe a finding about the pods of a workload may be: with a sidecar or a ztunnel beside it. */
function severityIn(mesh: Mesh, workload: Workload): WeighedSeverity | undefined {
  return isAmbient(mesh, workload)
    ? severityForWorkload(mesh, workload, 'error')
    : severityForSidecar(mesh, workload, 'error');
}

function isOutside(mesh: Mesh, service: Service): boolean {
  return mesh.membershipOfService(service).answer === 'no';
}

function proxyWords(mesh: Mesh, workload: Workload | undefined) {
  return { proxy: workload && isAmbient(mesh, workload) ? 'the ztunnel' : 'the sidecar', range: '15000 to 15090' };
}
