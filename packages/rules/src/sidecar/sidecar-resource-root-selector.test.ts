import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarResourceRootSelector } from './sidecar-resource-root-selector.ts';

const sidecar = (namespace: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Sidecar
  metadata: { name: s, namespace: ${namespace} }
  spec: { workloadSelector: { labels: { app: prometheus } } } ${mark}
`;

testRule(sidecarResourceRootSelector, {
  bad: {
    'another root namespace': {
      yaml: sidecar('mesh', '#~ selector'),
      settings: { installation: { rootNamespace: 'mesh' } },
    },
  },
  good: {
    'any other namespace': sidecar('shop'),
    'a workload of the root namespace is meant': `${sidecar('istio-system')}---\n${yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: prometheus, namespace: istio-system }
      spec:
        selector: { matchLabels: { app: prometheus } }
        template:
          metadata: { labels: { app: prometheus } }
          spec: { containers: [{ name: prometheus, image: prom/prometheus }] }
    `}`,
  },
});
