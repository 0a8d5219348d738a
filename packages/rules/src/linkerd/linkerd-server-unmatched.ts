import { defineRule, earlierServer, isMeshed, lookupPodsOf, nameOf, serverOf, serverPortFault } from '@meshvet/core';
import { listText } from '../shared/schema/schema-words.ts';

export const linkerdServerUnmatched = defineRule({
  meta: {
    id: 'linkerd-server-unmatched',
    summary: 'A Server of Linkerd is for no port of any pod.',
    why: 'A Server that matches nothing changes nothing: the port keeps the default policy, which lets everybody in unless it is changed.',
    fix: 'Select the labels of the pod template, and name a port of its containers.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'resource',
    judgedAround: true,
    types: ['policy.linkerd.io/Server'],
    sources: [
      'linkerd.io: Authorization Policy reference (Server)',
      'linkerd2 policy-controller/k8s/index/src/inbound/index.rs (select_ports)',
      'linkerd2 policy-controller/runtime/src/admission.rs',
    ],
    messages: {
      pods: '{server} selects {labels}, and no pod of namespace {namespace} has such labels, so it holds for nothing.',
      name: '{server}: no container of its pods has a port called {port}{known}, so it holds for nothing and the ports keep the default policy.',
      service:
        '{server}: port {port} is that of {service}, and its pods listen on {target}; the Server holds for port {port} of the pods, where nobody listens.',
      unmeshed: '{server}: the pods that it selects have no proxy of Linkerd, so nobody holds to it.',
      second:
        '{server}: {other} is for port {port} of {workload} too; of two the older holds, or the first by name, and the other one not.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a label that no pod has, and a port that no container has',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: web, annotations: { linkerd.io/inject: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: pages, namespace: web }
          spec:
            selector: { matchLabels: { app: pages } }
            template:
              metadata: { labels: { app: pages } }
              spec:
                containers:
                  - { name: pages, image: pages:1, ports: [{ name: http, containerPort: 8080 }] }
          ---
          apiVersion: policy.linkerd.io/v1beta3
          kind: Server
          metadata: { name: pages, namespace: web }
          spec:
            podSelector:
              matchLabels:
                app: page #~ pods \`page\`
            port: http
          ---
          apiVersion: policy.linkerd.io/v1beta3
          kind: Server
          metadata: { name: named, namespace: web }
          spec:
            podSelector: { matchLabels: { app: pages } }
            port: web-http #~ name \`web-http\`
        `,
      },
    ],
    good: [
      {
        title: 'labels of the pods, and a port of theirs',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: pages, namespace: web }
          spec:
            selector: { matchLabels: { app: pages } }
            template:
              metadata: { labels: { app: pages }, annotations: { linkerd.io/inject: enabled } }
              spec:
                containers:
                  - { name: pages, image: pages:1, ports: [{ name: http, containerPort: 8080 }] }
          ---
          apiVersion: policy.linkerd.io/v1beta3
          kind: Server
          metadata: { name: pages, namespace: web }
          spec:
            podSelector: { matchLabels: { app: pages } }
            port: http
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const server = serverOf(resource);
    if (!server) return;
    const words = { server: nameOf(resource) };
    const pods = lookupPodsOf(mesh, server);
    if (pods.state === 'missing') {
      const labels = server.pods?.requirements ?? [];
      const shown = labels.map(({ key, values }) => `${key}=${values[0] ?? ''}`).join(', ');
      const at = labels[0]?.field ?? server.podsField;
      report(at, 'pods', { ...words, labels: shown, namespace: server.namespace });
      return;
    }
    const fault = serverPortFault(mesh, server);
    if (fault?.kind === 'name') {
      const known = fault.known.length > 0 ? ` (they have ${listText(fault.known)})` : '';
      report(server.portField, 'name', { ...words, port: String(server.port), known });
      return;
    }
    if (fault) {
      const { service, target } = fault;
      const data = { ...words, port: Number(server.port), service: nameOf(service), target };
      report(server.portField, 'service', data);
      return;
    }
    if (pods.state === 'found' && isMeshed(mesh, server) === 'no') {
      report(server.podsField, 'unmeshed', words, { onKey: true, severity: 'info' });
      return;
    }
    const clash = earlierServer(mesh, server);
    if (!clash) return;
    const { other, workload, port } = clash;
    report(
      server.portField,
      'second',
      { ...words, other: nameOf(other.resource), workload: nameOf(workload.resource), port },
      { related: [{ at: other.portField, note: 'the other Server' }] },
    );
  },
});
