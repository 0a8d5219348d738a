import {
  admitsPort,
  ambientOf,
  DATAPLANE_KEY,
  defineRule,
  type Field,
  isSettled,
  type Mesh,
  mayMatch,
  type NetworkPolicy,
  type NetworkRule,
  nameOf,
  networkPolicyOf,
  policiesFor,
  surelySelected,
  type Workload,
} from '@meshvet/core';
import { insertNumberItem } from '../shared/edits/mapping-edit.ts';

const HBONE = 15008;

export const runtimeNetworkPolicyHbone = defineRule({
  meta: {
    id: 'runtime-network-policy-hbone',
    summary: 'A NetworkPolicy lets callers in on the ports of the application, and not on the port of ambient mode.',
    why: 'In ambient mode traffic between pods arrives on port 15008, whatever port was called, and NetworkPolicy sees only that one, so every call from the mesh is dropped.',
    fix: 'Admit TCP port 15008 from the same callers.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    types: ['networking.k8s.io/NetworkPolicy'],
    since: '1.18',
    sources: ['istio.io: Ambient and Kubernetes NetworkPolicy', 'kubernetes: Network Policies'],
    messages: {
      blocked:
        '{policy}: these callers may reach {ports}, but ambient mode brings their calls to {workload} on port 15008, which no NetworkPolicy here admits.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the port of the application only',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: networking.k8s.io/v1
          kind: NetworkPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            podSelector: { matchLabels: { app: cart } }
            ingress:
              - ports: #~ blocked \`ports\`
                  - port: 8080
        `,
      },
    ],
    good: [
      {
        title: 'with the port of ambient mode',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: networking.k8s.io/v1
          kind: NetworkPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            podSelector: { matchLabels: { app: cart } }
            ingress:
              - ports:
                  - port: 8080
                  - port: 15008
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = networkPolicyOf(mesh, resource);
    if (!policy?.directions.has('Ingress')) return;
    const rules = policy.ingress.filter(
      (rule) => rule.ports && rule.ports.length <= 50 && letsMeshIn(mesh, policy, rule),
    );
    if (rules.length === 0) return;
    const workload = surelySelected(mesh, policy).find((w) => ambientOf(mesh, w) === 'yes' && isCutOff(mesh, w));
    if (!workload) return;
    for (const rule of rules) {
      const ports = rule.field.at('ports');
      report(
        ports,
        'blocked',
        { policy: nameOf(resource), ports: portsText(rule), workload: nameOf(workload.resource) },
        { onKey: true, suggested: isSettled(resource) ? insertNumberItem(ports, 'port', HBONE) : [] },
      );
    }
  },
});

function isCutOff(mesh: Mesh, workload: Workload): boolean {
  const policies = policiesFor(mesh, workload, 'Ingress');
  return policies?.every((p) => p.ingress.every((rule) => admitsPort(rule, HBONE, 'TCP') === 'no')) ?? false;
}

/** Whether a rule means callers that surely come over the mesh: everybody, or pods of an ambient namespace. */
function letsMeshIn(mesh: Mesh, { resource }: NetworkPolicy, rule: NetworkRule): boolean {
  // UDP does not go through the mesh.
  if (!rule.ports?.some((port) => (port.at('protocol').text() || 'TCP') === 'TCP')) return false;
  if (rule.peers === undefined) return isAmbient(mesh, resource.namespace ?? '');
  return rule.peers.some((peer) => {
    if (peer.at('ipBlock').exists) return false;
    const namespaces = peer.at('namespaceSelector');
    if (!namespaces.exists) return peer.at('podSelector').isMapping && isAmbient(mesh, resource.namespace ?? '');
    const name = namespaces.at('matchLabels').at('kubernetes.io/metadata.name').string();
    return (
      name !== undefined &&
      isAmbient(mesh, name) &&
      mayMatch(namespaces, new Map([['kubernetes.io/metadata.name', name]]))
    );
  });
}

function isAmbient(mesh: Mesh, name: string): boolean {
  const found = mesh.namespace(name);
  return (
    found.state === 'found' &&
    found.value.every(
      (n) => n.resource.labels.get(DATAPLANE_KEY) === 'ambient' && !n.resource.labels.mayChange(DATAPLANE_KEY),
    )
  );
}

function portsText(rule: NetworkRule): string {
  const ports = (rule.ports ?? []).flatMap((port: Field) => port.at('port').text() ?? []);
  if (ports.length === 0) return 'some ports';
  const shown = ports.slice(0, 4).join(', ');
  return `${ports.length > 1 ? 'ports' : 'port'} ${shown}${ports.length > 4 ? ' and more' : ''}`;
}
