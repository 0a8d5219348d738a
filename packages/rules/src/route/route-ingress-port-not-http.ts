import {
  defineRule,
  type IngressBackend,
  ingressBackends,
  ingressClassOf,
  isIngress,
  type Mesh,
  nameOf,
  portLabel,
  type Resource,
  type Service,
  type ServicePort,
} from '@meshvet/core';

export const routeIngressPortNotHttp = defineRule({
  meta: {
    id: 'route-ingress-port-not-http',
    summary: 'The backend of an Ingress of Istio is a Service port that is not declared as HTTP.',
    why: 'The ingress gateway takes HTTP and sends it on to a port that Istio treats as bytes of another protocol, so its requests fail or lose retries, routing and telemetry.',
    fix: 'Name the Service port http, http2 or grpc (or http-something), or write appProtocol: http.',
    severity: 'warning',
    profiles: { 'istio-1.0': 'error' },
    about: 'istio',
    subject: 'resource',
    types: ['networking.k8s.io/Ingress'],
    sources: [
      'istio.io/docs/tasks/traffic-management/ingress/kubernetes-ingress/',
      'istio/istio pilot/pkg/config/kube/ingress/conversion.go',
    ],
    messages: {
      notHttp:
        '{ingress}: the backend is {port} of {service}, which Istio takes for {protocol}, and an Ingress speaks HTTP.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.k8s.io/v1
          kind: Ingress
          metadata: { name: shop, namespace: shop, annotations: { kubernetes.io/ingress.class: istio } }
          spec:
            rules:
              - http:
                  paths:
                    - path: /
                      pathType: Prefix
                      backend:
                        service:
                          name: cart
                          port:
                            number: 80 #~ notHttp \`80\`
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: tcp-web, port: 80 }] }
        `,
      },
    ],
    good: [
      {
        title: 'a name that begins with http, and a class of another controller',
        yaml: `
          apiVersion: networking.k8s.io/v1
          kind: Ingress
          metadata: { name: shop, namespace: shop, annotations: { kubernetes.io/ingress.class: istio } }
          spec: { defaultBackend: { service: { name: cart, port: { name: http-web } } } }
          ---
          apiVersion: networking.k8s.io/v1
          kind: Ingress
          metadata: { name: other, namespace: shop }
          spec: { ingressClassName: nginx, defaultBackend: { service: { name: cart, port: { name: tcp-admin } } } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http-web, port: 80 }, { name: tcp-admin, port: 81 }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (!isIngress(resource) || resource.partial || ingressClassOf(mesh, resource).served !== 'yes') return;
    for (const backend of ingressBackends(resource)) {
      const hits = portsOf(mesh, resource, backend);
      const [hit] = hits;
      if (!hit || hits.some(({ port }) => port.unreadable || isHttp(mesh, port))) continue;
      report(
        backend.portField,
        'notHttp',
        {
          ingress: nameOf(resource),
          port: portLabel(hit.port),
          service: nameOf(hit.service.resource),
          protocol: mesh.protocol(hit.port).protocol,
        },
        { related: [{ at: hit.port.field, note: `the port of ${nameOf(hit.service.resource)}` }] },
      );
    }
  },
});

function isHttp(mesh: Mesh, port: ServicePort): boolean {
  const kind = mesh.protocol(port).class;
  return kind === 'http' || kind === 'auto';
}

function portsOf(
  mesh: Mesh,
  { namespace = '' }: Resource,
  backend: IngressBackend,
): readonly { readonly service: Service; readonly port: ServicePort }[] {
  const lookup = mesh.service(namespace, backend.service);
  if (lookup.state !== 'found' || backend.port === undefined) return [];
  return lookup.value.flatMap((service) => {
    const port = service.ports.find((p) => (typeof backend.port === 'number' ? p.number : p.name) === backend.port);
    return port ? [{ service, port }] : [];
  });
}
