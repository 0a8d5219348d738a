import {
  type Answer,
  admitsPort,
  defineRule,
  isControlPlane,
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
import { severityForSidecar } from '../shared/severity/audience.ts';

export const runtimeNetworkPolicyControlPlane = defineRule({
  meta: {
    id: 'runtime-network-policy-control-plane',
    summary: 'A NetworkPolicy keeps the proxies of pods from istiod, or from the DNS by which they find it.',
    why: 'The proxy fetches its certificate and configuration from istiod on port 15012; without them it never becomes ready, and neither does the pod.',
    fix: 'Let the pods reach TCP port 15012 of the namespace of istiod, and the DNS of the cluster.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    types: ['networking.k8s.io/NetworkPolicy'],
    since: '1.5',
    sources: ['istio.io: Application Requirements, Ports used by Istio', 'kubernetes: Network Policies'],
    messages: {
      istiod:
        '{policy}: what {workload} may call is limited, and no NetworkPolicy here lets it reach istiod in namespace {namespace} on TCP port 15012, so its proxy gets no configuration.',
      dns: '{policy}: what {workload} may call is limited, and no NetworkPolicy here lets it reach a DNS (port 53), so its proxy does not find istiod.',
    },
  },
  examples: {
    bad: [
      {
        title: 'only the database',
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
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: networking.k8s.io/v1
          kind: NetworkPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            podSelector: { matchLabels: { app: cart } }
            policyTypes: [Egress]
            egress: #~ istiod \`egress\`
              - to: [{ podSelector: { matchLabels: { app: db } } }]
                ports: [{ port: 5432 }]
              - ports: [{ port: 53, protocol: UDP }]
        `,
      },
      {
        title: 'istiod, and no DNS to find it',
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
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: networking.k8s.io/v1
          kind: NetworkPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            podSelector: { matchLabels: { app: cart } }
            policyTypes: [Egress]
            egress: #~ dns
              - ports: [{ port: 15012 }]
        `,
      },
    ],
    good: [
      {
        title: 'istiod and DNS beside the database',
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
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: networking.k8s.io/v1
          kind: NetworkPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            podSelector: { matchLabels: { app: cart } }
            policyTypes: [Egress]
            egress:
              - to: [{ podSelector: { matchLabels: { app: db } } }]
                ports: [{ port: 5432 }]
              - to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: istio-system } } }]
                ports: [{ port: 15012 }]
              - ports: [{ port: 53, protocol: UDP }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = networkPolicyOf(mesh, resource);
    const { rootNamespace, proxyConfig } = mesh.installation;
    // An istiod somewhere else is reached on other ways.
    if (!policy?.directions.has('Egress') || !rootNamespace.certain || proxyConfig.value.discoveryAddress !== undefined)
      return;
    // One that only forbids stands beside others that allow, and these may be anywhere.
    if (policy.egress.length === 0 && !mesh.settings.closedWorld) return;
    for (const workload of surelySelected(mesh, policy)) {
      if (!hasProxySurely(mesh, workload)) continue;
      const policies = policiesFor(mesh, workload, 'Egress');
      if (!policies || policies.length > 20 || !isFirst(policies, policy)) continue;
      const rules = policies.flatMap((p) => p.egress);
      if (rules.length > 200) continue;
      const data = { policy: nameOf(resource), workload: nameOf(workload.resource) };
      const place =
        policy.egress.length > 0 ? resource.body.at('spec').at('egress') : resource.body.at('spec').at('policyTypes');
      if (rules.every((rule) => reachesIstiod(mesh, workload, rule) === 'no')) {
        report(place, 'istiod', { ...data, namespace: rootNamespace.value }, { onKey: true });
        return;
      }
      if (rules.every((rule) => DNS_PORTS.every((port) => admitsDns(rule, port) === 'no'))) {
        report(place, 'dns', data, { onKey: true });
        return;
      }
    }
  },
});

// Of the pods behind the Service of the DNS too: OpenShift's listen on 5353, others on 8053 or 1053.
const DNS_PORTS: readonly number[] = [53, 1053, 5353, 8053, 9053, 10053];

function admitsDns(rule: NetworkRule, port: number): Answer {
  const [udp, tcp] = [admitsPort(rule, port, 'UDP'), admitsPort(rule, port, 'TCP')];
  return udp === 'no' ? tcp : udp;
}

// Where the mesh is not certain, a policy without istiod may well say that the pods are not in it.
function hasProxySurely(mesh: Mesh, workload: Workload): boolean {
  if (isControlPlane(workload.podLabels) || workload.podLabels.get('app') === 'istiod') return false;
  return (
    mesh.membership(workload).answer === 'yes' && severityForSidecar(mesh, workload, 'error')?.severity === 'error'
  );
}

/** Of several policies for one workload the first by name speaks, one with rules before one that only forbids. */
function isFirst(policies: readonly NetworkPolicy[], policy: NetworkPolicy): boolean {
  const key = (p: NetworkPolicy) => `${p.egress.length > 0 ? 0 : 1} ${p.resource.name}`;
  return policies.every((p) => key(policy) <= key(p));
}

function reachesIstiod(mesh: Mesh, workload: Workload, rule: NetworkRule): Answer {
  const port = admitsPort(rule, 15012, 'TCP');
  if (port === 'no') return 'no';
  if (rule.peers === undefined) return port;
  const root = mesh.installation.rootNamespace.value;
  const may = rule.peers.some((peer) => {
    // The addresses of pods and nodes are not known.
    if (peer.at('ipBlock').exists) return true;
    const pods = peer.at('podSelector');
    if (pods.exists && !mayMatch(pods, ISTIOD_LABELS)) return false;
    const namespaces = peer.at('namespaceSelector');
    if (!namespaces.exists) return workload.resource.namespace === root;
    return mayMatch(namespaces, namespaceLabels(mesh, root));
  });
  return may ? 'unknown' : 'no';
}

// Labels of the chart of istiod.
const ISTIOD_LABELS: ReadonlyMap<string, string> = new Map([
  ['app', 'istiod'],
  ['istio', 'pilot'],
]);

/** What is known of the labels of a namespace: its name, and what its one manifest writes. */
function namespaceLabels(mesh: Mesh, name: string): ReadonlyMap<string, string> {
  const known = new Map([['kubernetes.io/metadata.name', name]]);
  const found = mesh.namespace(name);
  const only = found.state === 'found' && found.value.length === 1 ? found.value[0] : undefined;
  for (const key of only?.resource.labels.keys() ?? []) {
    const value = only?.resource.labels.get(key);
    if (value !== undefined && !only?.resource.labels.mayChange(key)) known.set(key, value);
  }
  return known;
}
