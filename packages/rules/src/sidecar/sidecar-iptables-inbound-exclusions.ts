import {
  defineRule,
  isSettled,
  judgedSidecar,
  listItems,
  type Mesh,
  nameOf,
  renderedBy,
  statusPortOf,
  type Workload,
  type WrittenSidecar,
} from '@meshvet/core';
import { replaceItem } from '../shared/edits/list-item-edit.ts';

export const sidecarIptablesInboundExclusions = defineRule({
  meta: {
    id: 'sidecar-iptables-inbound-exclusions',
    summary: "istio-init redirects ports that the proxy's own agent listens on.",
    why: 'Probes of the kubelet and scrapes of Prometheus for these ports are plain HTTP from outside the mesh: taken in by the proxy, they fail as soon as mTLS is strict.',
    fix: 'Name all of them in -d: 15090, 15021 and the status port 15020 (15090 and 15020 for Istio 1.5, 15020 before).',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml, by release',
      'istio.io: Application Requirements (Ports used by Istio)',
    ],
    messages: {
      lacks: '{resource}: istio-init leaves out the ports {given}, but not {missing}, where {purpose}.',
      none: '{resource}: istio-init takes all incoming traffic, and leaves out no port: {missing} belong to the proxy itself.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a port that is misspelt',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args:
                  - istio-iptables
                  - -b
                  - "*"
                  - -d
                  - 15090,15201,15020 #~ lacks \`15090,15201,15020\`
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
    good: [
      {
        title: 'all three',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -b, "*", -d, "15090,15021,15020"]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    if (!written?.proxy || !written.iptables) return;
    const { iptables } = written;
    // Of a list of ports to take, nothing has to be left out.
    if (iptables.get('istio-inbound-ports')?.value !== '*') return;
    const given = iptables.get('istio-local-exclude-ports');
    if (given ? given.value === undefined : !iptables.lacks('istio-local-exclude-ports')) return;
    const ports = new Set(listItems(given?.value ?? ''));
    const missing = ownPorts(mesh, workload, written).filter((port) => !ports.has(String(port)));
    if (missing.length === 0) return;
    const resource = nameOf(workload.resource);
    const names = missing.join(' and ');
    if (!given || ports.size === 0)
      return report(given?.field ?? iptables.field, 'none', { resource, missing: names }, { onKey: !given });
    const text = [...(given.value ?? '').split(','), ...missing].join(',');
    report(
      given.field,
      'lacks',
      {
        resource,
        given: given.value ?? '',
        missing: names,
        purpose: PURPOSES.get(missing[0] as number) ?? 'the agent tells its state',
      },
      isSettled(workload.resource) ? { edits: replaceItem(given, text) } : {},
    );
  },
});

const PURPOSES: ReadonlyMap<number, string> = new Map([
  [15021, 'the kubelet asks whether the proxy is ready'],
  [15090, 'Prometheus scrapes Envoy'],
]);

// In the order of the template. A status port that a later step fills in is not missed.
function ownPorts(mesh: Mesh, workload: Workload, written: WrittenSidecar): number[] {
  const status = statusPortOf(mesh, workload, written);
  return [
    ...(renderedBy(mesh, written, '1.5') ? [15090] : []),
    ...(renderedBy(mesh, written, '1.6') ? [15021] : []),
    ...(renderedBy(mesh, written, '1.1') && typeof status === 'number' ? [status] : []),
  ];
}
