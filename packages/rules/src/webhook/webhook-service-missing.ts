import { defineRule, isDeactivated, type Mesh, type Resource, readWebhooks, type Webhook } from '@meshvet/core';

export const webhookServiceMissing = defineRule({
  meta: {
    id: 'webhook-service-missing',
    summary: 'A webhook of Istio calls a Service that does not exist.',
    why: 'Each call fails: with failurePolicy Fail no selected pod or configuration can be created, with Ignore none is injected or checked.',
    fix: 'Write the name and namespace of the Service of the control plane, as a rule istiod or istiod-<revision>.',
    severity: 'warning',
    about: 'any mesh',
    subject: 'resource',
    types: [
      'admissionregistration.k8s.io/MutatingWebhookConfiguration',
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    ],
    codes: ['IST0139'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/webhook/webhook.go',
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/service.yaml',
    ],
    messages: {
      missing: '{webhook} calls Service {service}, which does not exist{beside}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the Service is that of a revision',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector-canary }
          webhooks:
            - name: rev.namespace.sidecar-injector.istio.io
              clientConfig:
                service:
                  name: istiod #~ missing \`istiod\`
                  namespace: istio-system
                  path: /inject
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: istiod-canary, namespace: istio-system, labels: { app: istiod } }
          spec: { ports: [{ name: https-webhook, port: 443, targetPort: 15017 }], selector: { app: istiod } }
        `,
      },
    ],
    good: [
      {
        title: 'the Service of the control plane',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector-canary }
          webhooks:
            - name: rev.namespace.sidecar-injector.istio.io
              clientConfig: { service: { name: istiod-canary, namespace: istio-system, path: /inject } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: istiod-canary, namespace: istio-system, labels: { app: istiod } }
          spec: { ports: [{ name: https-webhook, port: 443, targetPort: 15017 }], selector: { app: istiod } }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    // kustomize renames what a webhook refers to together with the Service.
    if (subject.rewrites?.name || subject.rewrites?.namespace) return;
    for (const webhook of readWebhooks(subject)) {
      const { service } = webhook;
      if (!service || webhook.owner !== 'istio' || isDeactivated(webhook)) continue;
      if (mesh.service(service.namespace, service.name).state !== 'missing' || isNamed(mesh, service)) continue;
      const beside = controlPlaneBeside(mesh, webhook, service.namespace);
      if (!mesh.settings.closedWorld && beside.length === 0) continue;
      report(
        webhook.clientConfig.at('service').at('name'),
        'missing',
        {
          webhook: webhook.label,
          service: `${service.namespace}/${service.name}`,
          beside:
            beside.length > 0
              ? `; there is ${beside
                  .map((r) => r.name)
                  .slice(0, 3)
                  .join(', ')}`
              : '',
        },
        {
          // istioctl looks at injectors only.
          codes: webhook.mutating ? ['IST0139'] : [],
          related: beside
            .slice(0, 3)
            .map((r) => ({ at: r.body.at('metadata').at('name'), note: 'a Service of the control plane' })),
        },
      );
    }
  },
});

// A patch, or an excerpt that says nothing of its ports, is written about something that exists.
function isNamed(mesh: Mesh, { namespace, name }: NonNullable<Webhook['service']>): boolean {
  return mesh.derive(serviceNames).has(`${namespace}/${name}`);
}

function serviceNames(mesh: Mesh): ReadonlySet<string> {
  return new Set(mesh.ofType('Service').map((r) => `${r.namespace}/${r.name}`));
}

// Each revision has one; of more than these nobody reads the names.
const MOST = 50;

function controlPlanes(mesh: Mesh): readonly Resource[] {
  return mesh.services
    .map((s) => s.resource)
    .filter((r) => /^(?:istiod|istio-pilot|istio-sidecar-injector)(?:-|$)/.test(r.name))
    .slice(0, MOST);
}

// Add-ons live in the namespace of the control plane too: only a Service of istiod itself says that its Services were read.
function controlPlaneBeside(mesh: Mesh, webhook: Webhook, namespace: string): readonly Resource[] {
  const found = mesh
    .derive(controlPlanes)
    .filter((r) => r.namespace === namespace && (mesh.settings.closedWorld || mesh.together(webhook.resource, r)));
  const renamed = found.some((r) => r.rewrites?.name || r.rewrites?.namespace);
  return renamed ? [] : found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
