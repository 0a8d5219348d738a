import { defineRule, nameOf, refusedProbes, serverOf } from '@meshvet/core';

export const linkerdProbeRefused = defineRule({
  meta: {
    id: 'linkerd-probe-refused',
    summary: 'A route before a Server of Linkerd shuts out a probe of the kubelet.',
    why: 'The kubelet has no identity of the mesh, and the route that lets probes in exists only as long as no other stands before the Server; the pods never become ready, or are restarted.',
    fix: 'Add a route for the path of the probe, with a policy that requires a NetworkAuthentication of the nodes alone.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'resource',
    judgedAround: true,
    types: ['policy.linkerd.io/Server'],
    sources: [
      'linkerd.io: Authorization Policy (default routes, policies for probes)',
      'linkerd2 policy-controller/k8s/index/src/inbound/index.rs',
    ],
    messages: {
      unmatched:
        '{workload}: no route before {server} matches {probe} {path}, so Linkerd refuses the probe; since {route} is there, the route for probes is not.',
      unauthorized:
        '{workload}: {route} takes {probe} {path}, and its policies let in callers with an identity alone, which the kubelet has not.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a route for the pages, and none for the probe',
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
                  - name: pages
                    image: pages:1
                    ports: [{ name: http, containerPort: 8080 }]
                    readinessProbe:
                      httpGet: { path: /ready, port: http } #~ unmatched
          ---
          apiVersion: policy.linkerd.io/v1beta3
          kind: Server
          metadata: { name: pages, namespace: web }
          spec: { podSelector: { matchLabels: { app: pages } }, port: http, proxyProtocol: HTTP/1 }
          ---
          apiVersion: policy.linkerd.io/v1beta3
          kind: HTTPRoute
          metadata: { name: get, namespace: web }
          spec:
            parentRefs: [{ group: policy.linkerd.io, kind: Server, name: pages }]
            rules: [{ matches: [{ path: { type: PathPrefix, value: /pages }, method: GET }] }]
        `,
      },
    ],
    good: [
      {
        title: 'a route for the probe, open to the nodes',
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
                  - name: pages
                    image: pages:1
                    ports: [{ name: http, containerPort: 8080 }]
                    readinessProbe: { httpGet: { path: /ready, port: http } }
          ---
          apiVersion: policy.linkerd.io/v1beta3
          kind: Server
          metadata: { name: pages, namespace: web }
          spec: { podSelector: { matchLabels: { app: pages } }, port: http, proxyProtocol: HTTP/1 }
          ---
          apiVersion: policy.linkerd.io/v1beta3
          kind: HTTPRoute
          metadata: { name: probes, namespace: web }
          spec:
            parentRefs: [{ group: policy.linkerd.io, kind: Server, name: pages }]
            rules: [{ matches: [{ path: { type: Exact, value: /ready }, method: GET }] }]
          ---
          apiVersion: policy.linkerd.io/v1alpha1
          kind: NetworkAuthentication
          metadata: { name: nodes, namespace: web }
          spec: { networks: [{ cidr: 10.0.0.0/8 }] }
          ---
          apiVersion: policy.linkerd.io/v1alpha1
          kind: AuthorizationPolicy
          metadata: { name: probes, namespace: web }
          spec:
            targetRef: { group: policy.linkerd.io, kind: HTTPRoute, name: probes }
            requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: NetworkAuthentication, name: nodes }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const server = serverOf(resource);
    if (!server) return;
    for (const { workload, probe, path, route, matched } of refusedProbes(mesh, server).slice(0, MOST)) {
      const words = { workload: nameOf(workload.resource), probe: probe.name, path, route: nameOf(route.resource) };
      const related = [{ at: route.resource.body.at('metadata').at('name'), note: 'the route before the Server' }];
      if (matched) report(probe.handler, 'unauthorized', words, { onKey: true, related });
      else report(probe.handler, 'unmatched', { ...words, server: nameOf(resource) }, { onKey: true, related });
    }
  },
});

const MOST = 20;
