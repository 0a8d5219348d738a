import {
  defineRule,
  groupsAcross,
  groupsWithin,
  nameOf,
  type PodPortGroup,
  speaksFor,
  surelyBehind,
} from '@meshvet/core';
import { saysIst0137 } from '../shared/codes/port-codes.ts';
import { severityForWorkload } from '../shared/severity/audience.ts';
import { podPortLabel } from '../shared/words/port-words.ts';

export const serviceTargetPortShared = defineRule({
  meta: {
    id: 'service-target-port-shared',
    summary: 'Several Service port numbers lead to one port of a pod.',
    why: 'The pod has one inbound listener for the port: policies and metrics cannot tell the Service ports apart, and only one of them sets its protocol.',
    fix: 'Keep one Service port for each target port, or make sure that all of them have the same protocol.',
    severity: 'info',
    about: 'any mesh',
    subject: 'service',
    codes: ['IST0137'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/deployment/services.go',
      'istio/istio pilot/pkg/networking/core/listener_inbound.go',
    ],
    messages: {
      within: '{service}: ports {first} and {second} lead to the same target port {target}.',
      across: '{workload}: {first} and {second} lead to the same target port {target}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'two ports of one Service',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: web, namespace: shop }
          spec:
            selector: { app: web }
            ports:
              - { name: http, port: 80, targetPort: 8080 }
              - { name: http-alt, port: 8000, targetPort: 8080 } #~ within \`8000\`
        `,
      },
      {
        title: 'ports of two Services',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: web, namespace: shop }
          spec:
            selector: { app: web }
            ports: [{ name: http, port: 80, targetPort: 8080 }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: web-internal, namespace: shop }
          spec:
            selector: { app: web }
            ports: [{ name: http, port: 8080, targetPort: 8080 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: web #~ across \`web\`
            namespace: shop
          spec:
            selector: { matchLabels: { app: web } }
            template:
              metadata: { labels: { app: web } }
              spec: { containers: [{ name: web, image: web }] }
        `,
      },
    ],
    good: [
      {
        title: 'a Service and its headless twin with the same number',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: db, namespace: shop }
          spec: { selector: { app: db }, ports: [{ name: tcp, port: 5432 }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: db-headless, namespace: shop }
          spec: { clusterIP: None, selector: { app: db }, ports: [{ name: tcp, port: 5432 }] }
          ---
          apiVersion: apps/v1
          kind: StatefulSet
          metadata: { name: db, namespace: shop }
          spec:
            serviceName: db-headless
            selector: { matchLabels: { app: db } }
            template:
              metadata: { labels: { app: db } }
              spec: { containers: [{ name: db, image: postgres }] }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    const behind = surelyBehind(mesh, service);
    if (mesh.membershipOfService(service).answer !== 'no') {
      for (const group of groupsWithin(mesh, service)) {
        // Where their protocols disagree that is the news: service-protocol-conflict tells it.
        if (group.clash || !group.shared) continue;
        const [first, second] = group.shared;
        const words = {
          service: nameOf(service.resource),
          first: String(first.number),
          second: String(second.number),
          target: first.targetText,
        };
        report(second.port.field.at('port'), 'within', words, {
          codes: saysIst0137(behind, group.ports) ? ['IST0137'] : [],
          related: [{ at: first.port.field.at('port'), note: 'the other port' }],
        });
      }
    }
    for (const workload of behind) {
      if (!speaksFor(mesh, service, workload)) continue;
      const severity = severityForWorkload(mesh, workload, 'info');
      if (!severity) continue;
      for (const group of groupsAcross(mesh, workload)) {
        if (group.clash || !group.shared || oneServiceSaysIt(group)) continue;
        const [first, second] = group.shared;
        const words = {
          workload: nameOf(workload.resource),
          first: podPortLabel(first),
          second: podPortLabel(second),
          target: first.targetText,
        };
        report(workload.resource.body.at('metadata').at('name'), 'across', words, {
          severity,
          resource: workload.resource,
          codes: saysIst0137([workload], group.ports) ? ['IST0137'] : [],
          related: group.shared.map((p) => ({ at: p.port.field.at('port'), note: podPortLabel(p) })),
        });
      }
    }
  },
});

// A Service with all the numbers has a finding of its own; its headless twin repeats them.
function oneServiceSaysIt({ ports }: PodPortGroup): boolean {
  const numbers = new Set(ports.map((p) => p.number));
  return ports.some(
    ({ service }) => new Set(ports.filter((p) => p.service === service).map((p) => p.number)).size === numbers.size,
  );
}
