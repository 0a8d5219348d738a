import { defineRule, type Field, type Mesh, nameOf, PROXY_CONFIG_KEY, type Workload } from '@meshvet/core';
import { severityForSidecar } from '../shared/severity/audience.ts';

// Resolvers of the internet, which know no name of a cluster.
const PUBLIC: ReadonlySet<string> = new Set([
  '1.0.0.1',
  '1.1.1.1',
  '8.8.4.4',
  '8.8.8.8',
  '9.9.9.9',
  '149.112.112.112',
  '208.67.220.220',
  '208.67.222.222',
  '2001:4860:4860::8844',
  '2001:4860:4860::8888',
  '2606:4700:4700::1001',
  '2606:4700:4700::1111',
]);

export const runtimeDnsPolicy = defineRule({
  meta: {
    id: 'runtime-dns-policy',
    summary: 'Pods in the mesh do not ask the DNS of the cluster.',
    why: 'The proxy looks up istiod by its name in the cluster; without an answer it gets no certificate and no configuration, and the pod never becomes ready.',
    fix: 'Leave dnsPolicy at ClusterFirst, or add the DNS of the cluster to dnsConfig.nameservers; else keep the pods out of the mesh.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: ['kubernetes: DNS for Services and Pods', 'istio.io: ProxyConfig (discoveryAddress)'],
    messages: {
      node: '{resource}: dnsPolicy Default takes the resolver of the node, which does not know {address}, so the proxy does not find istiod.',
      public:
        '{resource}: dnsPolicy None with nameserver {nameserver} asks a resolver of the internet, which does not know {address}, so the proxy does not find istiod.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the resolver of the node',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: resolver, namespace: shop }
          spec:
            selector: { matchLabels: { app: resolver } }
            template:
              metadata: { labels: { app: resolver } }
              spec:
                dnsPolicy: Default #~ node \`Default\`
                containers: [{ name: resolver, image: resolver }]
        `,
      },
      {
        title: 'a resolver of the internet',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: resolver, namespace: shop }
          spec:
            selector: { matchLabels: { app: resolver } }
            template:
              metadata: { labels: { app: resolver } }
              spec:
                dnsPolicy: "None"
                dnsConfig:
                  nameservers:
                    - 1.1.1.1 #~ public \`1.1.1.1\`
                    - 8.8.8.8
                containers: [{ name: resolver, image: resolver }]
        `,
      },
    ],
    good: [
      {
        title: 'the DNS of the cluster first',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: resolver, namespace: shop }
          spec:
            selector: { matchLabels: { app: resolver } }
            template:
              metadata: { labels: { app: resolver } }
              spec:
                dnsPolicy: "None"
                dnsConfig: { nameservers: [10.96.0.10, 1.1.1.1] }
                containers: [{ name: resolver, image: resolver }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const field = workload.podSpec.at('dnsPolicy');
    const policy = field.text();
    if (policy !== 'Default' && policy !== 'None') return;
    const severity = severityForSidecar(mesh, workload, 'warning');
    const address = severity && discoveryName(mesh, workload);
    if (!severity || !address || hasHostAlias(workload, address)) return;
    const nameservers = workload.podSpec.at('dnsConfig').at('nameservers');
    const servers = nameservers.items() as Field[];
    const resource = nameOf(workload.resource);
    if (policy === 'Default') {
      // What is added may be the DNS of the cluster.
      if (servers.length === 0 && !nameservers.hasValue) report(field, 'node', { resource, address }, { severity });
      return;
    }
    const [first] = servers;
    const nameserver = first?.string();
    if (first && nameserver && servers.every((server) => PUBLIC.has(server.string() ?? '')))
      report(first, 'public', { resource, nameserver, address }, { severity });
  },
});

/** The name by which the proxy looks up istiod; undefined when it is an address, a name outside the cluster, or not known. */
function discoveryName(mesh: Mesh, { podAnnotations }: Workload): string | undefined {
  const { proxyConfig, rootNamespace } = mesh.installation;
  if (podAnnotations.has(PROXY_CONFIG_KEY) || podAnnotations.has('sidecar.istio.io/discoveryAddress')) return undefined;
  if (podAnnotations.mayChange(PROXY_CONFIG_KEY) || !proxyConfig.certain || !rootNamespace.certain) return undefined;
  const address = proxyConfig.value.discoveryAddress ?? `istiod.${rootNamespace.value}.svc`;
  if (typeof address !== 'string') return undefined;
  const host = address.replace(/:\d+$/, '');
  return host.endsWith('.svc') || host.endsWith('.svc.cluster.local') ? host : undefined;
}

function hasHostAlias(workload: Workload, host: string): boolean {
  const aliases = workload.podSpec.at('hostAliases').items() as Field[];
  return aliases.some((alias) => (alias.at('hostnames').items() as Field[]).some((name) => name.string() === host));
}
