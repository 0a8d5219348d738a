import { defineRule, didYouMean, type Field, fileOf, type Mesh, type Resource } from '@meshvet/core';

export const multiclusterRegistryUnknown = defineRule({
  meta: {
    id: 'multicluster-registry-unknown',
    summary: 'MeshNetworks name a registry of services that istiod does not have.',
    why: 'The endpoints of that cluster belong to no network then, and other networks call them directly in place of its gateway.',
    fix: 'Write the name of a cluster as its remote Secret has it, or Kubernetes for the cluster of istiod.',
    severity: 'error',
    about: 'istio',
    subject: 'mesh',
    codes: ['IST0126'],
    sources: [
      'istio.io/docs/reference/config/istio.mesh.v1alpha1/#Network-NetworkEndpoints',
      'istio/istio pkg/config/analysis/analyzers/multicluster/meshnetworks.go',
    ],
    messages: {
      unknown: 'Network {network}: no cluster is called "{registry}"; there are {known}.',
      misspelt: 'Network {network}: no cluster is called "{registry}"; "{meant}" is written so.',
    },
  },
  examples: {
    bad: [
      {
        title: 'in the ConfigMap of the control plane',
        yaml: `
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: istio, namespace: istio-system }
          data:
            mesh: ""
            meshNetworks: | #~ misspelt
              networks:
                west:
                  endpoints: [{ fromRegistry: kubernetes }]
                  gateways: [{ address: 10.0.0.1, port: 15443 }]
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: istio, namespace: istio-system }
          data:
            mesh: ""
            meshNetworks: |
              networks:
                west:
                  endpoints: [{ fromRegistry: Kubernetes }]
                  gateways: [{ address: 10.0.0.1, port: 15443 }]
        `,
      },
    ],
  },
  check({ mesh, report }) {
    const registries = mesh.derive(knownRegistries);
    const judge = (registry: string, network: string, at: Field, resource: Resource) => {
      if (registries.names.has(registry)) return;
      // A cluster may bear any name. Only the three words that are written with a capital tell a mistake by themselves.
      const meant = BUILT_IN.find((name) => name.toLowerCase() === registry.toLowerCase());
      const options = { resource, related: registries.secrets };
      if (meant && !registries.namedElsewhere) report(at, 'misspelt', { network, registry, meant }, options);
      else if (mesh.settings.closedWorld) {
        const list = [...registries.names].sort();
        const near = didYouMean(registry, list);
        if (near) report(at, 'misspelt', { network, registry, meant: near }, options);
        else report(at, 'unknown', { network, registry, known: list.slice(0, 8).join(', ') }, options);
      }
    };
    const given = mesh.meshNetworks;
    if (given) {
      for (const [network, field] of given.body.at('networks').entries()) {
        for (const endpoint of field.at('endpoints').items() as Field[]) {
          const registry = endpoint.at('fromRegistry').string();
          if (registry !== undefined) judge(registry, network, endpoint.at('fromRegistry'), given);
        }
      }
    }
    for (const map of mesh.ofType('ConfigMap')) {
      if (!/^istio(?:-|$)/.test(map.name) || map.partial || map.rewrites) continue;
      const field = map.body.at('data').at('meshNetworks');
      const text = field.string() === undefined ? undefined : mesh.embedded(field.string() as string);
      if (text?.state !== 'read') continue;
      for (const { network, registry } of registriesOf(text.value)) judge(registry, network, field, map);
    }
  },
});

// Source: `pkg/config/analysis/analyzers/multicluster/meshnetworks.go`; the words are those of `pilot/pkg/serviceregistry/provider`.
const BUILT_IN = ['Mock', 'Kubernetes', 'External'];

// More networks than any mesh has.
const MOST = 500;

function registriesOf(value: unknown): readonly { network: string; registry: string }[] {
  const networks = Object.entries(mapping(mapping(value).networks)).slice(0, MOST);
  return networks.flatMap(([network, body]) => {
    const { endpoints } = mapping(body);
    return (Array.isArray(endpoints) ? endpoints.slice(0, MOST) : []).flatMap((endpoint) => {
      const { fromRegistry } = mapping(endpoint);
      return typeof fromRegistry === 'string' && !fromRegistry.includes('${')
        ? [{ network, registry: fromRegistry }]
        : [];
    });
  });
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

interface Registries {
  readonly names: ReadonlySet<string>;
  /** Whether the cluster of istiod bears a name that was not read: then it may be any. */
  readonly namedElsewhere: boolean;
  readonly secrets: readonly { readonly at: Field; readonly note: string }[];
}

// A remote Secret names its cluster by a key; the cluster of istiod has the name that its charts or its environment say.
function knownRegistries(mesh: Mesh): Registries {
  const names = new Set(BUILT_IN);
  const secrets: { at: Field; note: string; path: string }[] = [];
  for (const secret of mesh.ofType('Secret')) {
    if (secret.labels.get('istio/multiCluster') !== 'true') continue;
    for (const key of ['data', 'stringData']) {
      for (const [name, field] of secret.body.at(key).entries()) {
        names.add(name);
        secrets.push({ at: field, note: `the remote Secret of cluster ${name}`, path: fileOf(secret) });
      }
    }
  }
  let namedElsewhere = false;
  for (const { containers, resource } of mesh.workloads) {
    if (!/^istiod(?:-|$)/.test(resource.name)) continue;
    const env = containers.flatMap((c) => c.field.at('env').items() as Field[]);
    const id = env.find((e) => e.at('name').string() === 'CLUSTER_ID');
    const value = id?.at('value').string();
    if (value) names.add(value);
    else if (id) namedElsewhere = true;
  }
  for (const cluster of mesh.clusters.keys()) names.add(cluster);
  for (const resource of mesh.ofType('install.istio.io/IstioOperator')) {
    const name = resource.body.at('spec').at('values').at('global').at('multiCluster').at('clusterName').string();
    if (name) names.add(name);
  }
  const sorted = secrets.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { names, namedElsewhere, secrets: sorted.slice(0, 3).map(({ at, note }) => ({ at, note })) };
}
