import { defineRule, type Field, type Mesh, nameOf, type Service } from '@meshvet/core';
import { readsPortsOf } from '../shared/audience.ts';
import { hasReadableLabels } from '../shared/canonical-labels.ts';

export const serviceSelectsNothing = defineRule({
  meta: {
    id: 'service-selects-nothing',
    summary: 'The selector of a Service matches none of the pods beside it.',
    why: 'The Service has no endpoint, so Envoy answers its clients with 503 (no healthy upstream) until pods with these labels appear.',
    fix: 'Write labels that the pod template carries into the selector, or declare the workload under externals in the config when something else makes it.',
    severity: 'info',
    subject: 'service',
    sources: [
      'kubernetes: Services, Defining a Service',
      'istio/istio pilot/pkg/serviceregistry/kube/controller/endpointslice.go',
    ],
    messages: {
      nothing: '{service}: the selector {selector} matches the pods of no workload in namespace {namespace}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the pods have another label',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: card } #~ nothing \`selector\`
            ports: [{ name: http, port: 80 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'without a selector the endpoints are managed by hand; and alone nothing can be known',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: outside, namespace: shop }
          spec: { ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: elsewhere, namespace: ops }
          spec: { selector: { app: elsewhere }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    // Kubernetes ignores the selector of an ExternalName.
    if (service.type === 'ExternalName' || !service.selector || !readsPortsOf(mesh, service)) return;
    if (mesh.behind(service).state !== 'missing' || isRouted(mesh, service)) return;
    // Labels that cannot be read may be the ones.
    if (mesh.workloads.some((w) => w.resource.namespace === service.resource.namespace && !hasReadableLabels(w)))
      return;
    const { namespace = '' } = service.resource;
    const selector = (service.selector.requirements ?? []).map((r) => `${r.key}=${r.values[0] ?? ''}`).join(',');
    report(service.selector.field, 'nothing', { service: nameOf(service.resource), selector, namespace });
  },
});

// A Service may be no more than a name that routes send elsewhere: its own endpoints are then never asked for.
function isRouted(mesh: Mesh, service: Service): boolean {
  const { name, namespace } = service.resource;
  const hosts = new Set([`${name}.${namespace}.svc.cluster.local`, `${name}.${namespace}.svc`, `${name}.${namespace}`]);
  return mesh.resources.some((resource) => {
    const spec = resource.body.at('spec');
    const beside = resource.namespace === namespace;
    if (resource.type === 'split.smi-spec.io/TrafficSplit') return beside && spec.at('service').text() === name;
    if (resource.type === 'networking.istio.io/VirtualService') {
      return (spec.at('hosts').items() as Field[]).some(
        (host) => hosts.has(host.text() ?? '') || (beside && host.text() === name),
      );
    }
    if (resource.group !== 'gateway.networking.k8s.io') return false;
    return (spec.at('parentRefs').items() as Field[]).some((parent) => {
      return (
        parent.at('kind').text() === 'Service' &&
        parent.at('name').text() === name &&
        (parent.at('namespace').text() ?? resource.namespace) === namespace
      );
    });
  });
}
