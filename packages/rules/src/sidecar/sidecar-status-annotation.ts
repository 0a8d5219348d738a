import {
  defineRule,
  type InjectionStatus,
  judgedSidecar,
  lists,
  type Mesh,
  nameOf,
  statusOf,
  type Workload,
  type WrittenSidecar,
} from '@meshvet/core';

export const sidecarStatusAnnotation = defineRule({
  meta: {
    id: 'sidecar-status-annotation',
    summary: 'What the injector says that it wrote does not fit what stands in the manifest.',
    why: 'An injector takes out what annotation sidecar.istio.io/status lists before it writes anew, and takes all else for the work of the author; the CNI plugin leaves pods without it alone.',
    fix: 'Render the manifest again from its source, in place of editing the rendered one.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio pkg/kube/inject/webhook.go (SidecarInjectionStatus)',
      'istio/istio cni/pkg/plugin/plugin.go (pods without the annotation are skipped)',
    ],
    messages: {
      missing:
        '{resource}: the pods carry a sidecar, but no annotation sidecar.istio.io/status, so an injector takes it for the work of the author.',
      plugin:
        '{resource}: without annotation sidecar.istio.io/status the CNI plugin leaves the pods alone, so their traffic does not go through the proxy.',
      malformed:
        '{resource}: the value of sidecar.istio.io/status is no JSON object, so an injector cannot tell what it wrote itself.',
      absent: '{resource}: sidecar.istio.io/status lists {kind} {name}, which the manifest does not have.',
      unlisted:
        '{resource}: container {name} is not listed in sidecar.istio.io/status, so an injector takes it for the work of the author.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a volume that was taken out',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: cart
            namespace: shop
            annotations:
              sidecar.istio.io/status: '{"initContainers":["istio-init"],"containers":["istio-proxy"],"volumes":["istio-envoy"]}' #~ absent
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
    good: [
      {
        title: 'all that is listed is there',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: cart
            namespace: shop
            annotations:
              sidecar.istio.io/status: '{"initContainers":["istio-init"],"containers":["istio-proxy"],"volumes":["istio-envoy"]}'
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
            volumes:
              - { name: istio-envoy, emptyDir: { medium: Memory } }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    // Of a part that is missing altogether another rule speaks.
    if (!written?.proxy || !(written.init || written.validation || mesh.installation.cni.value)) return;
    const resource = nameOf(workload.resource);
    const status = statusOf(workload);
    if (status.state === 'missing') {
      if (!written.init && takenByPlugin(mesh, written))
        report(written.proxy.field.at('name'), 'plugin', { resource }, { severity: 'error' });
      else report(written.proxy.field.at('name'), 'missing', { resource });
      return;
    }
    if (status.state === 'broken') return report(status.field, 'malformed', { resource });
    if (status.state !== 'read') return;
    const absent = firstAbsent(workload, status);
    if (absent) return report(status.field, 'absent', { resource, ...absent });
    const unlisted = [written.init, written.validation, written.proxy].find((c) => c && !lists(status, c.name));
    if (unlisted)
      report(
        status.field,
        'unlisted',
        { resource, name: unlisted.name },
        { related: [{ at: unlisted.field.at('name'), note: 'not listed' }] },
      );
  },
});

function takenByPlugin(mesh: Mesh, { validation }: WrittenSidecar): boolean {
  return validation !== undefined || (mesh.installation.cni.value && mesh.installation.cni.certain);
}

/** The first name of the status that the manifest does not have. Which list a container stands in depends on the form, and does not matter. */
function firstAbsent(workload: Workload, status: InjectionStatus): { kind: string; name: string } | undefined {
  const containers = new Set(workload.containers.map((c) => c.name));
  // Names that a later step fills in.
  if (containers.has('')) return undefined;
  const container = [...status.initContainers, ...status.containers].find((name) => !containers.has(name));
  if (container !== undefined) return { kind: 'container', name: container };
  const { podSpec, resource } = workload;
  const fields = [
    ...podSpec.at('volumes').items(),
    ...resource.body
      .at('spec')
      .at('volumeClaimTemplates')
      .items()
      .map((c) => c.at('metadata')),
  ];
  const names = fields.map((field) => field.at('name').string());
  if (names.includes(undefined) || (podSpec.at('volumes').hasValue && !podSpec.at('volumes').isList)) return undefined;
  const volume = status.volumes.find((name) => !names.includes(name));
  return volume === undefined ? undefined : { kind: 'volume', name: volume };
}
