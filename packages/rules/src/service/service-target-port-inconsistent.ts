import {
  defineRule,
  identityOf,
  judgesTargets,
  nameOf,
  portLabel,
  surelyBehind,
  targetPlace,
  type Workload,
} from '@meshvet/core';
import { severityForEndpoints } from '../shared/severity/audience.ts';

export const serviceTargetPortInconsistent = defineRule({
  meta: {
    id: 'service-target-port-inconsistent',
    summary: 'A named target port stands for different numbers in the workloads behind one Service.',
    why: 'Each endpoint is reached at its own number, which is legal, but policies and port lists by number then hold for a part of the pods only.',
    fix: 'Give the container port the same number in all workloads of the Service, unless the difference is wanted.',
    severity: 'info',
    about: 'any mesh',
    subject: 'service',
    sources: [
      'istio/istio pilot/pkg/serviceregistry/kube/controller/util.go',
      'kubernetes: Services, Port definitions',
    ],
    messages: {
      inconsistent:
        '{service}: targetPort "{target}" of {port} is {firstNumber} in {first}, but {secondNumber} in {second}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'version 2 listens elsewhere',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: http, port: 80, targetPort: web } #~ inconsistent \`web\`
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v1, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v1 } }
            template:
              metadata: { labels: { app: cart, version: v1 } }
              spec: { containers: [{ name: cart, image: cart:1, ports: [{ name: web, containerPort: 8080 }] }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v2, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v2 } }
            template:
              metadata: { labels: { app: cart, version: v2 } }
              spec: { containers: [{ name: cart, image: cart:2, ports: [{ name: web, containerPort: 9090 }] }] }
        `,
      },
    ],
    good: [
      {
        title: 'two versions with one number',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: web }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v1, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v1 } }
            template:
              metadata: { labels: { app: cart, version: v1 } }
              spec: { containers: [{ name: cart, image: cart:1, ports: [{ name: web, containerPort: 8080 }] }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v2, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v2 } }
            template:
              metadata: { labels: { app: cart, version: v2 } }
              spec: { containers: [{ name: cart, image: cart:2, ports: [{ name: web, containerPort: 8080 }] }] }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    if (!judgesTargets(service)) return;
    const behind = surelyBehind(mesh, service);
    for (const port of service.ports) {
      if (typeof port.target !== 'string') continue;
      // By object: variants of one manifest may well differ, and never meet.
      const objects = new Map<string, { workload: Workload; numbers: Set<number> }>();
      for (const workload of behind) {
        const target = mesh.resolveTarget(port, workload);
        if (target.state !== 'found') continue;
        const known = objects.get(identityOf(workload.resource));
        if (known) known.numbers.add(target.number);
        else objects.set(identityOf(workload.resource), { workload, numbers: new Set([target.number]) });
      }
      const [first, ...others] = [...objects.values()].sort((a, b) =>
        nameOf(a.workload.resource) < nameOf(b.workload.resource) ? -1 : 1,
      );
      const second = first && others.find(({ numbers }) => [...numbers].every((n) => !first.numbers.has(n)));
      if (!first || !second || !mesh.together(first.workload.resource, second.workload.resource)) continue;
      const words = {
        service: nameOf(service.resource),
        port: portLabel(port),
        target: port.target,
        first: nameOf(first.workload.resource),
        second: nameOf(second.workload.resource),
        firstNumber: [...first.numbers].join(' or '),
        secondNumber: [...second.numbers].join(' or '),
      };
      report(targetPlace(port), 'inconsistent', words, {
        severity: severityForEndpoints(mesh, service, 'info'),
        related: [first, second].map(({ workload }) => ({
          at: workload.podSpec.at('containers'),
          note: `the containers of ${nameOf(workload.resource)}`,
        })),
      });
    }
  },
});
