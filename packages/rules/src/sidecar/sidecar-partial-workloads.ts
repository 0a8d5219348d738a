import {
  DATAPLANE_KEY,
  defineRule,
  INJECT_KEY,
  injectorTakes,
  isOfTheMesh,
  judgedSidecar,
  type Mesh,
  nameOf,
  type Workload,
} from '@meshvet/core';

export const sidecarPartialWorkloads = defineRule({
  meta: {
    id: 'sidecar-partial-workloads',
    summary: 'Some workloads of a namespace carry a sidecar in their manifests, and this one does not.',
    why: 'Where sidecars are written into the manifests, a workload without one stays outside the mesh: it sends plain text, and strict mTLS of the others refuses it.',
    fix: 'Render this manifest with istioctl kube-inject too, or label its pods sidecar.istio.io/inject: "false" to say that they stay out.',
    severity: 'warning',
    about: 'any mesh',
    subject: 'workload',
    sources: ['istio.io: Installing the Sidecar (Manual sidecar injection)'],
    messages: {
      without: '{resource} carries no sidecar, but {other} beside it does; nothing else brings the pods into the mesh.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one manifest was rendered, the other was not',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop }
          ---
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
          ---
          apiVersion: v1
          kind: Pod
          metadata: { name: stock, namespace: shop }
          spec:
            containers: #~ without \`containers\`
              - { name: stock, image: "stock:1" }
        `,
      },
    ],
    good: [
      {
        title: 'said to stay out',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
          ---
          apiVersion: v1
          kind: Pod
          metadata: { name: stock, namespace: shop, labels: { sidecar.istio.io/inject: "false" } }
          spec:
            containers:
              - { name: stock, image: "stock:1" }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    if (mesh.settings.expectMesh === 'none' || !oughtToHave(mesh, workload)) return;
    const injected = injectorTakes(mesh, workload);
    if (injected === 'yes') return;
    const { resource } = workload;
    const carriers = (mesh.derive(carriersByNamespace).get(resource.namespace ?? '') ?? []).slice(0, MOST);
    // The source and what was rendered from it often stand side by side.
    if (carriers.some((other) => mesh.sameObject(resource, other.resource) || other.resource.name === resource.name))
      return;
    const other = carriers.find((one) => mesh.together(resource, one.resource));
    if (!other) return;
    report(
      workload.podSpec.at('containers'),
      'without',
      { resource: nameOf(resource), other: nameOf(other.resource) },
      {
        severity: injected === 'no' ? 'warning' : 'info',
        onKey: true,
        related: [{ at: other.resource.body.at('metadata').at('name'), note: 'carries a sidecar' }],
      },
    );
  },
});

const MOST = 200;
const MESH_CONTAINER = /^(?:istio-|linkerd-)/;

// A job ends, a DaemonSet serves the node: that they stay outside is usual.
function oughtToHave(mesh: Mesh, workload: Workload): boolean {
  const { podLabels, podAnnotations, resource } = workload;
  if (workload.hostNetwork || workload.isJob || resource.type === 'apps/DaemonSet' || resource.name === '')
    return false;
  if (isOfTheMesh(mesh, workload) || workload.containers.some((c) => MESH_CONTAINER.test(c.name))) return false;
  return ![INJECT_KEY, DATAPLANE_KEY, 'istio.io/rev'].some(
    (key) => podLabels.has(key) || podLabels.mayChange(key) || podAnnotations.has(key) || podAnnotations.mayChange(key),
  );
}

function carriersByNamespace(mesh: Mesh): ReadonlyMap<string, readonly Workload[]> {
  const index = new Map<string, Workload[]>();
  for (const workload of mesh.workloads) {
    const written = judgedSidecar(mesh, workload);
    if (!written?.proxy || !(written.init || written.validation)) continue;
    const namespace = workload.resource.namespace ?? '';
    index.set(namespace, [...(index.get(namespace) ?? []).slice(0, MOST), workload]);
  }
  for (const list of index.values()) list.sort((a, b) => (nameOf(a.resource) < nameOf(b.resource) ? -1 : 1));
  return index;
}
