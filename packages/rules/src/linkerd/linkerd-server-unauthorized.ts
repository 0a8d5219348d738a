import {
  authorizationsOf,
  authorizationsOfRoute,
  defineRule,
  inboundRoutes,
  isMeshed,
  isWholeBeside,
  nameOf,
  serverOf,
} from '@meshvet/core';

export const linkerdServerUnauthorized = defineRule({
  meta: {
    id: 'linkerd-server-unauthorized',
    summary: 'A Server of Linkerd lets nobody in: no policy refers to it, and its accessPolicy is deny.',
    why: 'A Server takes the place of the default policy of its port, and what no AuthorizationPolicy or ServerAuthorization lets in is refused.',
    fix: 'Write an AuthorizationPolicy for the Server, or an accessPolicy such as all-authenticated.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'resource',
    judgedAround: true,
    types: ['policy.linkerd.io/Server'],
    sources: [
      'linkerd.io: Authorization Policy reference (Server, accessPolicy since 2.16)',
      'linkerd2 policy-controller/k8s/index/src/inbound/index.rs',
    ],
    messages: {
      denied:
        '{server} has no AuthorizationPolicy and no ServerAuthorization, and accessPolicy is deny{written}: every call to port {port} of its pods is refused.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a Server alone',
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
          metadata:
            name: pages #~ denied \`pages\`
            namespace: web
          spec:
            podSelector: { matchLabels: { app: pages } }
            port: http
        `,
      },
    ],
    good: [
      {
        title: 'a Server with a policy',
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
          ---
          apiVersion: policy.linkerd.io/v1alpha1
          kind: AuthorizationPolicy
          metadata: { name: pages, namespace: web }
          spec:
            targetRef: { group: policy.linkerd.io, kind: Server, name: pages }
            requiredAuthenticationRefs: [{ kind: ServiceAccount, name: front }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const server = serverOf(resource);
    if (server?.accessPolicy !== 'deny' || !server.pods || server.port === undefined) return;
    if (isMeshed(mesh, server) !== 'yes' || !isWholeBeside(mesh, resource, server.namespace)) return;
    if (authorizationsOf(mesh, server).length > 0) return;
    const routes = inboundRoutes(mesh).get(`${server.namespace}/${resource.name}`) ?? [];
    if (routes.some((route) => authorizationsOfRoute(mesh, route.resource).length > 0)) return;
    const written = resource.body.at('spec').at('accessPolicy').hasValue ? '' : ', as where nothing is written';
    report(resource.body.at('metadata').at('name'), 'denied', {
      server: nameOf(resource),
      port: String(server.port),
      written,
    });
  },
});
