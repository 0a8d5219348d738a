import { testRule, yaml } from '@meshvet/core/testing';
import { multiclusterRegistryUnknown } from './multicluster-registry-unknown.ts';

const networks = (registry: string) => `networks: { west: { endpoints: [{ fromRegistry: ${registry} }] } }`;
const map = (registry: string, mark = '') => yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data: { meshNetworks: "${networks(registry)}" } ${mark}
`;
const remote = (data: string) => yaml`
  apiVersion: v1
  kind: Secret
  metadata: { name: remote, namespace: istio-system, labels: { istio/multiCluster: "true" } }
  ${data}
`;
const istiod = (env: string) => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: istiod, namespace: istio-system }
  spec:
    selector: { matchLabels: { app: istiod } }
    template:
      metadata: { labels: { app: istiod } }
      spec: { containers: [{ name: discovery, image: istio/pilot, env: [{ name: CLUSTER_ID, ${env} }] }] }
`;
const all = (...documents: string[]) => documents.join('---\n');
const closed = (text: string) => ({ yaml: text, settings: { closedWorld: true } });
const file = (text: string) => ({ path: 'networks.yaml', text });

testRule(multiclusterRegistryUnknown, {
  bad: {
    'in a whole world, a name that nothing bears': closed(
      all(map('east', '#~ unknown'), remote('stringData: { far-away: x }')),
    ),
    'a near miss of a remote Secret': closed(all(map('eats', '#~ misspelt'), remote('stringData: { east: x }'))),
  },
  good: {
    'a remote Secret that is written as text, which istioctl does not read': closed(
      all(map('east'), remote('stringData: { east: x }')),
    ),
    'a remote Secret': closed(all(map('east'), remote('data: { east: eA== }'))),
    'the cluster of istiod by its own name': closed(all(map('west-1'), istiod('value: west-1'))),
    'a cluster of which nobody has seen the Secret': map('east'),
    'a cluster of the run': { yaml: map('east'), settings: { closedWorld: true }, setup: { clusters: { east: [] } } },
    'the name of the cluster is filled in later': all(map('kubernetes'), istiod('value: "${CLUSTER}"')),
    'a file of its own': { yaml: remote('data: {}'), setup: { meshNetworks: file(networks('Kubernetes')) } },
    'a file of its own that is no MeshNetworks': {
      yaml: remote('data: {}'),
      setup: { meshNetworks: file('networks: [1]') },
    },
  },
});
