import { testRule, yaml } from '@meshvet/core/testing';
import { routeSubsetNoPods } from './route-subset-no-pods.ts';

const service = yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: reviews, namespace: shop }
  spec: { selector: { app: reviews }, ports: [{ name: http, port: 9080 }] }
`;
const deployment = (name: string, labels: string, namespace = 'shop') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: ${namespace} }
  spec:
    selector: { matchLabels: { app: ${name} } }
    template:
      metadata: { labels: { ${labels} } }
      spec: { containers: [{ name: main, image: main }] }
`;
const rule = (labels: string, mark = '', host = 'reviews') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: rule, namespace: shop }
  spec:
    host: ${host}
    subsets:
      - name: one
        labels: { ${labels} } ${mark}
`;
const all = (...documents: string[]) => documents.join('---\n');

const west = (text: string) => ({ clusters: { west: [{ path: 'west/all.yaml', text }] } });

testRule(routeSubsetNoPods, {
  bad: {
    'pods of that version in another cluster, which has no Service for them': {
      yaml: all(service, deployment('reviews', 'app: reviews, version: v1'), rule('version: v2', '#~ none')),
      setup: west(deployment('reviews', 'app: reviews, version: v2')),
      settings: { closedWorld: true },
    },
    'the pods of that version belong to another Service': all(
      service,
      deployment('reviews', 'app: reviews, version: v1'),
      deployment('ratings', 'app: ratings, version: v2'),
      rule('version: v2', '#~ none'),
    ),
    'the endpoints of a ServiceEntry': all(
      yaml`
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: { name: api, namespace: shop }
        spec:
          hosts: [api.example.com]
          endpoints: [{ address: 10.0.0.1, labels: { cluster: a } }]
      `,
      rule('cluster: b', '#~ none', 'api.example.com'),
    ),
    'the WorkloadEntries of a ServiceEntry': all(
      yaml`
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: { name: api, namespace: shop }
        spec: { hosts: [api.example.com], workloadSelector: { labels: { app: api } } }
      `,
      yaml`
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: { name: api, namespace: shop }
        spec: { address: 10.0.0.1, labels: { app: api, version: v1 } }
      `,
      rule('version: v2', '#~ none', 'api.example.com'),
    ),
    'an empty topology label': rule('topology.kubernetes.io/region: ""', '#~ emptyTopology'),
  },
  good: {
    'the pods of that version are in another cluster, behind a Service of the same name': {
      yaml: all(service, deployment('reviews', 'app: reviews, version: v1'), rule('version: v2')),
      setup: west(all(service, deployment('reviews', 'app: reviews, version: v2'))),
      settings: { closedWorld: true },
    },
    'both the Service and its pods are in another cluster': {
      yaml: rule('version: v2'),
      setup: west(all(service, deployment('reviews', 'app: reviews, version: v2'))),
      settings: { closedWorld: true },
    },
    'a virtual machine of that version': {
      yaml: all(
        service,
        deployment('reviews', 'app: reviews, version: v1'),
        yaml`
          apiVersion: networking.istio.io/v1
          kind: WorkloadEntry
          metadata: { name: reviews, namespace: shop }
          spec: { address: 10.0.0.9, labels: { app: reviews, version: v2 } }
        `,
        rule('version: v2'),
      ),
    },
    'no pods were read': all(service, rule('version: v2')),
    'pods in another folder are as good': {
      files: {
        'a/a.yaml': all(service, deployment('reviews', 'app: reviews, version: v1'), rule('version: v2')),
        'b/b.yaml': deployment('reviews-v2', 'app: reviews, version: v2'),
      },
    },
    'the label is filled in later': all(
      service,
      deployment('reviews', 'app: reviews, version: "${TAG}"'),
      rule('version: v2'),
    ),
    'the subset is filled in later': all(
      service,
      deployment('reviews', 'app: reviews, version: v1'),
      rule('version: "${TAG}"'),
    ),
    'a hash that a controller writes': all(
      service,
      deployment('reviews', 'app: reviews'),
      rule('rollouts-pod-template-hash: abc'),
    ),
    'Flagger makes more pods': all(
      service,
      deployment('reviews', 'app: reviews, version: v1'),
      yaml`
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata: { name: reviews, namespace: shop }
      `,
      rule('version: v2'),
    ),
    'a Service without a selector': all(
      yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: reviews, namespace: shop }
        spec: { ports: [{ name: http, port: 9080 }] }
      `,
      deployment('reviews', 'app: reviews, version: v1'),
      rule('version: v2'),
    ),
    'a ServiceEntry that is resolved by DNS alone': all(
      yaml`
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: { name: api, namespace: shop }
        spec: { hosts: [api.example.com], resolution: DNS }
      `,
      rule('cluster: b', '', 'api.example.com'),
    ),
  },
});
