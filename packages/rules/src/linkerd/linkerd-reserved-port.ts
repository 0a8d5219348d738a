import {
  defineRule,
  judgedBehind,
  linkerdPorts,
  nameOf,
  portLabel,
  portMisuses,
  sendsToApplications,
  serviceOf,
  targetMisuses,
  WORKLOAD_TYPES,
  workloadOf,
} from '@meshvet/core';
import { severityForLinkerd } from '../shared/severity/linkerd-audience.ts';

export const linkerdReservedPort = defineRule({
  meta: {
    id: 'linkerd-reserved-port',
    summary: "An application listens on a port that Linkerd's proxy keeps for itself.",
    why: 'The proxy and the application share one network, so whichever comes second cannot listen, or what is sent to the port ends in the proxy.',
    fix: "Give the application another port, or move the proxy's with the annotations config.linkerd.io/inbound-port, outbound-port, control-port and admin-port.",
    severity: 'error',
    about: 'linkerd',
    subject: 'resource',
    types: ['Service', ...WORKLOAD_TYPES],
    sources: [
      'linkerd.io: Proxy Configuration reference',
      'linkerd/linkerd2 charts/linkerd-control-plane/values.yaml (proxy.ports)',
    ],
    messages: {
      container:
        "{resource}: containerPort {port} of container {container} is the port of Linkerd's proxy for {use}. Choose one that is not {numbers}.",
      probe:
        "{resource}: a probe of container {container} expects the application on port {port}, which Linkerd's proxy has for {use}. Choose one that is not {numbers}.",
      target:
        "{resource}: {servicePort} sends to port {port} of the pods, which Linkerd's proxy has for {use}. The application needs one that is not {numbers}.",
    },
  },
  examples: {
    bad: [
      {
        title: 'the inbound port of the proxy',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart }, annotations: { linkerd.io/inject: enabled } }
              spec:
                containers:
                  - name: cart
                    image: "cart:1"
                    ports:
                      - containerPort: 4143 #~ container \`4143\`
        `,
      },
    ],
    good: [
      {
        title: 'the proxy has moved',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
                annotations: { linkerd.io/inject: enabled, config.linkerd.io/inbound-port: "5143" }
              spec:
                containers: [{ name: cart, image: "cart:1", ports: [{ containerPort: 4143 }] }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    const resource = nameOf(subject);
    const workload = workloadOf(mesh, subject);
    if (workload && severityForLinkerd(mesh, workload, 'error')) {
      const reserved = linkerdPorts(mesh, workload);
      const numbers = [...reserved.keys()].join(', ');
      for (const { port, field, container, of } of portMisuses(workload, reserved))
        report(field, of, { resource, port: port.number, container, use: port.use, numbers });
    }
    const service = serviceOf(mesh, subject);
    if (!service || !sendsToApplications(mesh, service)) return;
    const behind = judgedBehind(mesh, service, (w) =>
      severityForLinkerd(mesh, w, 'error') ? linkerdPorts(mesh, w) : undefined,
    );
    const numbers = [...(behind[0]?.reserved.keys() ?? [])].join(', ');
    for (const { port, servicePort, field, declared } of targetMisuses(service, behind)) {
      const words = { resource, port: port.number, servicePort: portLabel(servicePort), use: port.use, numbers };
      report(field, 'target', words, {
        related: declared ? [{ at: declared, note: 'a container declares it' }] : [],
      });
    }
  },
});
