import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarIptablesMode } from './sidecar-iptables-mode.ts';

const pod = (arg: string, annotation = '', env = '', mark = '') => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop, annotations: { ${annotation} } }
  spec:
    initContainers:
      - name: istio-init
        image: docker.io/istio/proxyv2:1.30.0
        args: ${mark}
          - istio-iptables
          ${arg}
    containers:
      - { name: cart, image: "cart:1" }
      - name: istio-proxy
        image: docker.io/istio/proxyv2:1.30.0
        args: [proxy, sidecar]
        env: [${env}]
`;
const key = 'sidecar.istio.io/interceptionMode';

testRule(sidecarIptablesMode, {
  bad: {
    'small letters': pod('- -m=tproxy #~ invalid'),
    'no redirection is no mode of it': pod('- --istio-inbound-interception-mode=NONE #~ invalid'),
    'the proxy expects the other': pod(
      '- -m=TPROXY #~ differs',
      '',
      '{ name: ISTIO_META_INTERCEPTION_MODE, value: REDIRECT }',
    ),
    'not given is REDIRECT': pod('- -b=*', `${key}: TPROXY`, '', '#~ differs `args`'),
  },
  good: {
    'nothing else speaks of it': pod('- -m=TPROXY'),
    'the empty text is REDIRECT': pod('- -m=', `${key}: REDIRECT`),
    'filled in later': pod('- -m=${MODE}', `${key}: TPROXY`),
    'the annotation is filled in later': pod('- -m=TPROXY', `${key}: "\${MODE}"`),
    'the annotation holds nonsense, which is not the affair of this rule': pod('- -m=TPROXY', `${key}: X`),
  },
});
