import {
  atLeast,
  defineRule,
  INJECT_KEY,
  LINKERD_INJECT_KEY,
  type Mesh,
  type Namespace,
  nameOf,
  namespaceOf,
  namespacesOf,
  REVISION_KEY,
  WORKLOAD_TYPES,
  type Workload,
  workloadOf,
} from '@meshvet/core';
import { factsAsRelated } from '../shared/edits/injection-change.ts';

export const meshDoubleInjection = defineRule({
  meta: {
    id: 'mesh-double-injection',
    summary: 'Istio and Linkerd are both asked to put a proxy into the same pods.',
    why: 'The webhooks of Istio come first by their names, and the injector of Linkerd declines where it finds a proxy of Istio, so the pods are in one of the two meshes only.',
    fix: 'Keep the mesh that is meant, and take the label or the annotation of the other away.',
    severity: 'error',
    about: 'any mesh',
    subject: 'resource',
    types: ['Namespace', ...WORKLOAD_TYPES],
    sources: [
      'linkerd/linkerd2 pkg/inject/report.go',
      'linkerd/linkerd2 pkg/healthcheck/sidecar.go',
      'Kubernetes: Dynamic Admission Control (order of webhooks)',
    ],
    messages: {
      namespace:
        'Namespace {namespace}: annotation linkerd.io/inject={value} asks for the proxy of Linkerd, and {istio}; Istio comes first and Linkerd declines, so its pods are in the mesh of Istio only.',
      pods: '{resource}: both meshes are asked for: {linkerd}, and {istio}; Istio comes first and Linkerd declines, so the pods are in the mesh of Istio only.',
      carried:
        '{resource}: the manifest carries the proxy of Linkerd, but {istio}, so Istio adds its own, and two proxies take the same traffic.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a namespace of both',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels: { istio-injection: enabled }
            annotations:
              linkerd.io/inject: enabled #~ namespace \`enabled\`
        `,
      },
      {
        title: 'pods of the other mesh',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
                annotations:
                  linkerd.io/inject: enabled #~ pods
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'pods that leave the one mesh for the other',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart, sidecar.istio.io/inject: "false" }
                annotations: { linkerd.io/inject: enabled }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const namespace = namespaceOf(mesh, resource);
    if (namespace) {
      if (!wantsBoth(mesh, namespace)) return;
      const { facts } = mesh.injectionIn(namespace);
      const field = resource.annotations.at(LINKERD_INJECT_KEY);
      const data = { namespace: namespace.name, value: field.text() ?? '', istio: facts.at(-1)?.text ?? '' };
      report(field, 'namespace', data, { related: factsAsRelated(facts) });
      return;
    }
    const workload = workloadOf(mesh, resource);
    if (!workload) return;
    const { istio, linkerdAlone } = mesh.admission(workload);
    if (istio.outcome !== 'injected') return;
    const because = istio.facts.at(-1)?.text ?? '';
    const carried = workload.containers.find((c) => c.name === 'linkerd-proxy' && (!c.init || c.native));
    if (carried) {
      const data = { resource: nameOf(resource), istio: because };
      report(carried.field.at('name'), 'carried', data, { related: factsAsRelated(istio.facts) });
    } else if (linkerdAlone.outcome === 'injected' && !isToldAbove(mesh, workload)) {
      const data = { resource: nameOf(resource), istio: because, linkerd: linkerdAlone.facts.at(-1)?.text ?? '' };
      const related = factsAsRelated([...istio.facts, ...linkerdAlone.facts]);
      report(ownWish(workload), 'pods', data, { related });
    }
  },
});

/** Whether pods of a Namespace that say nothing are asked for by both. */
function wantsBoth(mesh: Mesh, namespace: Namespace): boolean {
  const { annotations, labels, rewrites } = namespace.resource;
  const value = annotations.get(LINKERD_INJECT_KEY);
  const valid = value === 'enabled' || (value === 'ingress' && atLeast(mesh.settings.linkerdVersion, '2.9'));
  if (!valid || annotations.mayChange(LINKERD_INJECT_KEY)) return false;
  if (rewrites?.name || !labels.lacks('config.linkerd.io/admission-webhooks')) return false;
  return mesh.injectionIn(namespace).outcome === 'injected';
}

function isToldAbove(mesh: Mesh, workload: Workload): boolean {
  const namespaces = namespacesOf(mesh, workload.resource) ?? [];
  return namespaces.length > 0 && namespaces.every((n) => wantsBoth(mesh, n));
}

// Where the pods themselves ask: one of the two stands there, since else the Namespace asks for both.
function ownWish({ podAnnotations, podLabels, resource }: Workload) {
  if (podAnnotations.has(LINKERD_INJECT_KEY)) return podAnnotations.at(LINKERD_INJECT_KEY);
  const key = [INJECT_KEY, REVISION_KEY].find((one) => podLabels.has(one));
  return key === undefined ? resource.body.at('metadata').at('name') : podLabels.at(key);
}
