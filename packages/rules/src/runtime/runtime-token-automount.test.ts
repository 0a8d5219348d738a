import { testRule } from '@meshvet/core/testing';
import { runtimeTokenAutomount } from './runtime-token-automount.ts';

const workload = (spec: string, annotations = '') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart }, annotations: { ${annotations} } }
    spec:
${spec.replace(/^/gm, '      ')}
      containers: [{ name: cart, image: cart }]
`;
const account = (value: string) => `---
apiVersion: v1
kind: ServiceAccount
metadata: { name: cart, namespace: shop }
automountServiceAccountToken: ${value}
`;
const firstParty = { installation: { jwtPolicy: 'first-party-jwt' as const } };

testRule(runtimeTokenAutomount, {
  bad: {
    'the service account refuses it': {
      yaml: workload('serviceAccountName: cart') + account('false #~ istio'),
      settings: firstParty,
    },
    'Linkerd before 2.12': {
      yaml: workload('automountServiceAccountToken: false #~ linkerd', 'linkerd.io/inject: enabled'),
      settings: { linkerdVersion: '2.11' },
    },
  },
  good: {
    'Linkerd projects its token since 2.12': {
      yaml: workload('automountServiceAccountToken: false', 'linkerd.io/inject: enabled'),
      settings: { linkerdVersion: '2.12' },
    },
    'the pod takes what its service account refuses': {
      yaml: workload('serviceAccountName: cart\nautomountServiceAccountToken: true') + account('false'),
      settings: firstParty,
    },
    'of an old release the default is not known': {
      yaml: workload('automountServiceAccountToken: false'),
      settings: { istioVersion: '1.4' },
    },
    'another service account': {
      yaml: workload('serviceAccountName: other') + account('false'),
      settings: firstParty,
    },
  },
});
