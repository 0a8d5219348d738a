import { defineRule } from '@meshvet/core';

export const linkerdHostNetwork = defineRule({
  meta: {
    id: 'linkerd-host-network',
    summary: 'TODO: what is wrong, in one sentence.',
    why: 'TODO: what the mesh does because of it, in one sentence.',
    fix: 'TODO: what to do, in one sentence.',
    severity: 'warning',
    // TODO: service, workload, namespace, resource or problem.
    subject: 'service',
    // TODO: the codes that istioctl (IST0118) and Kiali (KIA0601) have for it; away with it where there are none.
    codes: [],
    // TODO: where it is written that the mesh behaves so.
    sources: [],
    messages: {
      situation: 'TODO: Service {service} was written like this; that would be accepted.',
    },
  },
  examples: {
    bad: [
      {
        title: 'TODO: what it shows',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - port: 80 #~ situation
        `,
      },
    ],
    good: [
      {
        title: 'TODO: what is right',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: http, port: 80 }
        `,
      },
    ],
  },
  check({ subject, report }) {
    for (const port of subject.ports) {
      // TODO: when it is wrong. A finding must be true for the owner of the file; unknown is never an accusation.
      const wrong = port.number === undefined && false;
      if (wrong) report(port.field, 'situation', { service: subject.resource.name });
    }
  },
});
