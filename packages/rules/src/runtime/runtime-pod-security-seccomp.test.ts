import { testRule } from '@meshvet/core/testing';
import { runtimePodSecuritySeccomp } from './runtime-pod-security-seccomp.ts';

const CNI = { installation: { cni: true } } as const;

const namespace = (labels: string) => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} } }
---
`;
const RESTRICTED = namespace('istio-injection: enabled, pod-security.kubernetes.io/enforce: restricted');

const pod = (spec: string, mark = '') => `apiVersion: v1
kind: Pod
metadata: { name: cart, namespace: shop }
spec: ${mark}
  containers: [{ name: cart, image: cart }]
  ${spec}
`;

const PROFILE = 'securityContext: { seccompProfile: { type: RuntimeDefault } }';

testRule(runtimePodSecuritySeccomp, {
  bad: {
    'restricted with CNI, and no profile': { settings: CNI, yaml: RESTRICTED + pod('', '#~ missing') },
    'a security context without a profile': {
      settings: CNI,
      yaml: RESTRICTED + pod('securityContext: { runAsNonRoot: true } #~ missing'),
    },
    'a profile that is none': {
      settings: CNI,
      yaml: RESTRICTED + pod('securityContext: { seccompProfile: { type: Unconfined } } #~ unconfined'),
    },
  },
  good: {
    'golden case 12: restricted with CNI and a profile for the pod': { settings: CNI, yaml: RESTRICTED + pod(PROFILE) },
    'without CNI another rule speaks': RESTRICTED + pod(''),
    'the level baseline': {
      settings: CNI,
      yaml: namespace('istio-injection: enabled, pod-security.kubernetes.io/enforce: baseline') + pod(''),
    },
    'a version of the level before there was the check': {
      settings: CNI,
      yaml:
        namespace(
          'istio-injection: enabled, pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: v1.18',
        ) + pod(''),
    },
    'a Namespace outside the mesh': {
      settings: CNI,
      yaml: namespace('pod-security.kubernetes.io/enforce: restricted') + pod(''),
    },
    'Kubernetes before Pod Security': {
      settings: { ...CNI, kubernetesVersion: '1.22', istioVersion: '1.14' },
      yaml: RESTRICTED + pod(''),
    },
    'warned only': {
      settings: CNI,
      yaml: namespace('istio-injection: enabled, pod-security.kubernetes.io/warn: restricted') + pod(''),
    },
  },
});
