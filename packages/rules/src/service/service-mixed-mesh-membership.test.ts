import { testRule } from '@meshvet/core/testing';
import { serviceMixedMeshMembership } from './service-mixed-mesh-membership.ts';

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n';
const SERVICE = `---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec:
  selector: { app: cart }#
  ports: [{ name: http, port: 80 }]
`;
const workload = (name: string, labels = '', spec = '', kind = 'apps/v1 Deployment') => {
  const [apiVersion, type] = kind.split(' ');
  return `---
apiVersion: ${apiVersion}
kind: ${type}
metadata: { name: ${name}, namespace: shop }
spec:
  template:
    metadata: { labels: { app: cart, ${labels} } }
    spec: { ${spec} containers: [{ name: cart, image: cart }] }
`;
};
const out = 'sidecar.istio.io/inject: "false"';
const plain = SERVICE.replace('#', '');

testRule(serviceMixedMeshMembership, {
  bad: {
    'pods on the network of their node stay out': `${NAMESPACE}${SERVICE.replace('#', ' #~ mixed')}${workload('a')}${workload('b', '', 'hostNetwork: true,')}`,
  },
  good: {
    'all are out': `${NAMESPACE}${plain}${workload('a', out)}${workload('b', out)}`,
    'of one it is not known': `${plain}${workload('a')}${workload('b', out)}`,
    'a job that carries the labels of the application': `${NAMESPACE}${plain}${workload('a')}${workload('b', out, '', 'batch/v1 Job')}`,
    'a sidecar and ambient mode are one mesh': `${NAMESPACE}${plain}${workload('a')}${workload('b', `${out}, istio.io/dataplane-mode: ambient`)}`,
    'a Service that selects one of them only': `${NAMESPACE}${plain.replace('app: cart }', 'app: cart, version: a }')}${workload('a', 'version: a')}${workload('b', out)}`,
    'one workload in two overlays': {
      files: {
        'a/all.yaml': `${NAMESPACE}${plain}${workload('a')}`,
        'b/all.yaml': `${NAMESPACE}${plain}${workload('a', out)}`,
      },
    },
  },
});
