import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarSecurityContext } from './sidecar-security-context.ts';

const pod = (init: string, proxy = '', spec = '', release = '1.13.1', args = '-b, "*"') => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop }
  spec:
    ${spec || 'restartPolicy: Always'}
    initContainers:
      - image: docker.io/istio/proxyv2:${release}
        args: [istio-iptables, ${args}]
        name: istio-init
        ${init}
    containers:
      - { name: cart, image: "cart:1" }
      - name: istio-proxy
        image: docker.io/istio/proxyv2:${release}
        args: [proxy, sidecar]
        ${proxy || 'resources: {}'}
`;
const ROOT = 'securityContext: { runAsUser: 0, capabilities: { add: [NET_ADMIN, NET_RAW], drop: [ALL] } }';
const TPROXY = '-m, TPROXY, -b, "*"';

testRule(sidecarSecurityContext, {
  bad: {
    'as the user of the proxy': pod(
      'securityContext: { runAsUser: 1337, capabilities: { add: [NET_ADMIN, NET_RAW] } } #~ notRoot `1337`',
    ),
    'by the setting of the pod': pod(
      'securityContext: { capabilities: { add: [NET_ADMIN, NET_RAW] } }',
      '',
      'securityContext: { runAsUser: 1000 } #~ notRoot',
    ),
    'root, and forbidden by the pod': pod(ROOT, '', 'securityContext: { runAsNonRoot: true } #~ refused'),
    'the proxy is root, and must not be': pod(ROOT, 'securityContext: { runAsUser: 0, runAsNonRoot: true } #~ refused'),
    'all dropped, NET_RAW not given back': pod(
      'securityContext: { runAsUser: 0, capabilities: { add: [NET_ADMIN], drop: [ALL] } } #~ capability',
    ),
    'nothing is written': pod('resources: {}').replace('name: istio-init', 'name: istio-init #~ nothing `istio-init`'),
    'TPROXY without root': pod(
      ROOT,
      'securityContext: { runAsUser: 1337, capabilities: { add: [NET_ADMIN] } } #~ notRoot',
      '',
      '1.13.1',
      TPROXY,
    ),
    'TPROXY without NET_ADMIN': pod(
      ROOT,
      'securityContext: { runAsUser: 0, runAsGroup: 1337, capabilities: { drop: [ALL] } } #~ capability',
      '',
      '1.13.1',
      TPROXY,
    ),
  },
  good: {
    'as 1.0 wrote it': pod(
      'securityContext: { capabilities: { add: [NET_ADMIN] }, privileged: true }',
      '',
      '',
      '1.0.4',
    ),
    'as 1.4 wrote it': pod('securityContext: { capabilities: { add: [NET_ADMIN] }, runAsUser: 0 }', '', '', '1.4.0'),
    'NET_RAW is given by the runtime': pod('securityContext: { runAsUser: 0, capabilities: { add: [NET_ADMIN] } }'),
    'all capabilities': pod('securityContext: { runAsUser: 0, capabilities: { add: [ALL] } }'),
    'with the prefix that some write': pod(
      'securityContext: { runAsUser: 0, capabilities: { add: [CAP_NET_ADMIN, CAP_NET_RAW] } }',
    ),
    'the container is let off what the pod demands': pod(
      'securityContext: { runAsUser: 0, runAsNonRoot: false, capabilities: { add: [NET_ADMIN, NET_RAW] } }',
      '',
      'securityContext: { runAsNonRoot: true, runAsUser: 1000 }',
    ),
    'TPROXY as it is rendered': pod(
      ROOT,
      'securityContext: { runAsUser: 0, runAsGroup: 1337, runAsNonRoot: false, capabilities: { add: [NET_ADMIN], drop: [ALL] } }',
      '',
      '1.13.1',
      TPROXY,
    ),
    'filled in later': pod('securityContext: "${CONTEXT}"'),
    'the user is filled in later': pod(
      'securityContext: { runAsUser: "${U}", capabilities: { add: [NET_ADMIN, NET_RAW] } }',
    ),
    'under the CNI plugin no right is needed': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        initContainers:
          - name: istio-validation
            image: docker.io/istio/proxyv2:1.13.1
            args: [istio-iptables, --run-validation]
            securityContext: { runAsUser: 1337, runAsNonRoot: true, capabilities: { drop: [ALL] } }
        containers:
          - { name: cart, image: "cart:1" }
          - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar] }
    `,
  },
});

test('warns where the platform may give the rights', async () => {
  const [finding] = await findingsOf(sidecarSecurityContext, { 'a.yaml': pod('resources: {}') });
  expect(finding?.severity).toBe('warning');
});
