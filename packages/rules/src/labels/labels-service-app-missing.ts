import { defineRule, isSettled, type Mesh, nameOf, readsPortsOf } from '@meshvet/core';
import { insertString } from '../shared/edits/mapping-edit.ts';

export const labelsServiceAppMissing = defineRule({
  meta: {
    id: 'labels-service-app-missing',
    summary: 'A Service has no label that names the application.',
    why: 'The first guides asked for app on the Service as well, for the tracing pages of their time; Istio itself reads the labels of the pods.',
    fix: 'Add the label app of the pods to the metadata of the Service.',
    severity: 'warning',
    profiles: { 'istio-legacy': 'off', 'istio-current': 'off' },
    about: 'istio',
    subject: 'service',
    // Nothing that came with canonical names, in 1.5, looks at the labels of a Service.
    until: '1.4',
    sources: ['istio.io: Requirements for Pods and Services (0.8, 1.0)'],
    messages: {
      missing: '{service}: its metadata have no label app.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a Service without labels',
        settings: { profile: 'istio-1.0' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: #~ missing \`metadata\`
            name: cart
            namespace: shop
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
    good: [
      {
        title: 'with the label, and without pods of its own',
        settings: { profile: 'istio-1.0' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop, labels: { app: cart } }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: outside, namespace: shop }
          spec: { type: ExternalName, externalName: example.com }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    const { labels, body } = service.resource;
    if (service.type === 'ExternalName' || !service.selector || !readsPortsOf(mesh, service)) return;
    if (mesh.membershipOfService(service).answer === 'no') return;
    if ((labels.field.hasValue && !labels.field.isMapping) || !body.at('metadata').isMapping || !labels.lacks('app'))
      return;
    const app = service.selector.field.at('app').string();
    // A monitor that asks for the label would find another Service.
    const sure = app && isSettled(service.resource) && !isSelectedByMonitor(mesh, app);
    const edits = sure ? insertString(labels.field, 'app', app) : [];
    report(labels.field, 'missing', { service: nameOf(service.resource) }, { edits });
  },
});

function isSelectedByMonitor(mesh: Mesh, app: string): boolean {
  return mesh.ofType('monitoring.coreos.com/ServiceMonitor').some(({ body }) => {
    const selector = body.at('spec').at('selector');
    return selector.at('matchExpressions').exists || selector.at('matchLabels').at('app').text() === app;
  });
}
