import { testRule } from '@meshvet/core/testing';
import { linkerdWaitBeforeExit } from './linkerd-wait-before-exit.ts';

const OLD = { linkerdVersion: '2.14' } as const;

const pod = (value: string, spec = '', mark = '') => `apiVersion: v1
kind: Pod
metadata:
  name: cart
  namespace: shop
  annotations:
    linkerd.io/inject: enabled
    config.alpha.linkerd.io/proxy-wait-before-exit-seconds: ${value} ${mark}
spec:
  containers: [{ name: cart, image: cart }]
  ${spec}
`;

testRule(linkerdWaitBeforeExit, {
  bad: {
    'longer than the default of Kubernetes': { settings: OLD, yaml: pod('"40"', '', '#~ long') },
    'longer than what the pods say': {
      settings: OLD,
      yaml: pod('"10"', 'terminationGracePeriodSeconds: 5', '#~ long'),
    },
    'the wait of the namespace is mended at the pods': {
      settings: OLD,
      yaml: `apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { linkerd.io/inject: enabled, config.alpha.linkerd.io/proxy-wait-before-exit-seconds: "20" } }
---
apiVersion: v1
kind: Pod
metadata: { name: cart, namespace: shop }
spec:
  terminationGracePeriodSeconds: 15 #~ long
  containers: [{ name: cart, image: cart }]
`,
    },
    'the native form, the default since 2.20': pod('"10"', '', '#~ native'),
  },
  good: {
    'shorter than the default of Kubernetes': { settings: OLD, yaml: pod('"20"') },
    nothing: { settings: OLD, yaml: pod('"0"', 'terminationGracePeriodSeconds: 0') },
    'no number, which another rule tells': { settings: OLD, yaml: pod('"20s"') },
    'no Linkerd': { settings: OLD, yaml: pod('"40"').replace('enabled', 'disabled') },
    'a later step says it': { settings: OLD, yaml: pod('"$(WAIT)"') },
  },
});
