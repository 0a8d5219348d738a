import {
  defineRule,
  groupsAcross,
  groupsWithin,
  nameOf,
  numberClashes,
  type PodPort,
  type PodPortGroup,
  speaksFor,
  surelyBehind,
  type Workload,
} from '@meshvet/core';
import { saysIst0116, saysIst0137 } from '../shared/codes/port-codes.ts';
import { severityForWorkload } from '../shared/severity/audience.ts';
import { podPortLabel } from '../shared/words/port-words.ts';

export const serviceProtocolConflict = defineRule({
  meta: {
    id: 'service-protocol-conflict',
    summary: 'One port of a pod is served under two protocols that the proxy treats differently.',
    why: 'A target port has one inbound listener: the oldest Service, or the first port, decides its protocol, and the traffic of the other is misread.',
    fix: 'Give all Service ports that lead to one target port, or share a number, the same protocol, or let them lead to different ports of the pod.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    codes: ['IST0116', 'IST0137'],
    sources: [
      'istio/istio pilot/pkg/networking/core/listener_inbound.go',
      'istio/istio pkg/config/analysis/analyzers/deployment/services.go',
      'istio.io: Application Requirements',
    ],
    messages: {
      within:
        '{service}: ports {first} and {second} both lead to target port {target}, once as {firstProtocol} and once as {secondProtocol}.',
      sameTarget:
        '{workload}: {first} and {second} both lead to target port {target}, once as {firstProtocol} and once as {secondProtocol}.',
      sameNumber:
        '{workload}: {first} is {firstProtocol}, {second} is {secondProtocol}; Services of one pod must agree about a port number.',
    },
  },
  examples: {
    bad: [
      {
        title: 'two ports of one Service lead to one target port, as HTTP and as TLS',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: api, namespace: shop }
          spec:
            selector: { app: api }
            ports:
              - { name: http, port: 80, targetPort: 8080 }
              - { name: https, port: 443, targetPort: 8080 } #~ within \`443\`
        `,
      },
      {
        title: 'two Services take the port of one pod for HTTP and for TCP',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: api, namespace: shop }
          spec:
            selector: { app: api }
            ports: [{ name: http, port: 8080 }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: api-raw, namespace: shop }
          spec:
            selector: { app: api }
            ports: [{ name: tcp, port: 9000, targetPort: 8080 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: api #~ sameTarget \`api\`
            namespace: shop
          spec:
            selector: { matchLabels: { app: api } }
            template:
              metadata: { labels: { app: api } }
              spec: { containers: [{ name: api, image: api }] }
        `,
      },
      {
        title: 'two Services of one pod use one port number for different protocols',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: api, namespace: shop }
          spec:
            selector: { app: api }
            ports: [{ name: http, port: 80, targetPort: 8080 }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: db, namespace: shop }
          spec:
            selector: { app: api }
            ports: [{ name: tcp, port: 80, targetPort: 5432 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: api #~ sameNumber
            namespace: shop
          spec:
            selector: { matchLabels: { app: api } }
            template:
              metadata: { labels: { app: api } }
              spec: { containers: [{ name: api, image: api }] }
        `,
      },
    ],
    good: [
      {
        title: 'HTTP and gRPC are both requests, and DNS uses one number over TCP and UDP',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: api, namespace: shop }
          spec:
            selector: { app: api }
            ports:
              - { name: http, port: 80, targetPort: 8080 }
              - { name: grpc, port: 81, targetPort: 8080 }
              - { name: tcp-dns, port: 53 }
              - { name: udp-dns, port: 53, protocol: UDP }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    const behind = surelyBehind(mesh, service);
    if (mesh.membershipOfService(service).answer !== 'no') {
      for (const group of groupsWithin(mesh, service)) {
        if (!group.clash) continue;
        const [first, second] = group.clash;
        const words = {
          service: nameOf(service.resource),
          first: String(first.number),
          second: String(second.number),
          ...facts(group.clash),
        };
        report(second.port.field.at('port'), 'within', words, {
          codes: saysIst0137(behind, group.ports) ? ['IST0137'] : [],
          related: [{ at: first.port.field.at('port'), note: `the other port, ${first.protocol.protocol}` }],
        });
      }
    }
    for (const workload of behind) {
      if (!speaksFor(mesh, service, workload)) continue;
      const severity = severityForWorkload(mesh, workload, 'warning');
      if (!severity) continue;
      const said = (group: PodPortGroup, messageId: 'sameTarget' | 'sameNumber') => {
        if (!group.clash) return;
        const [first, second] = group.clash;
        const words = {
          workload: nameOf(workload.resource),
          first: podPortLabel(first),
          second: podPortLabel(second),
          ...facts(group.clash),
        };
        report(workload.resource.body.at('metadata').at('name'), messageId, words, {
          severity,
          resource: workload.resource,
          codes: codesOf(workload, group.ports),
          related: group.clash.map((p) => ({
            at: p.port.field.at('port'),
            note: `${podPortLabel(p)}, ${p.protocol.protocol}`,
          })),
        });
      };
      for (const group of groupsAcross(mesh, workload)) said(group, 'sameTarget');
      for (const group of numberClashes(mesh, workload)) said(group, 'sameNumber');
    }
  },
});

function facts([first, second]: readonly [PodPort, PodPort]) {
  return { target: first.targetText, firstProtocol: first.protocol.protocol, secondProtocol: second.protocol.protocol };
}

function codesOf(workload: Workload, ports: readonly PodPort[]): string[] {
  return [...(saysIst0116(workload, ports) ? ['IST0116'] : []), ...(saysIst0137([workload], ports) ? ['IST0137'] : [])];
}
