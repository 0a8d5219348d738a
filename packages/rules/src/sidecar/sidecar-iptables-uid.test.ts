import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarIptablesUid } from './sidecar-iptables-uid.ts';

const pod = (arg: string, context: string, mark = '') => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop }
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
        securityContext: { ${context} }
`;

testRule(sidecarIptablesUid, {
  bad: {
    'root is left out': pod('- -u=0 #~ root', 'runAsUser: 1337'),
    'root is left out too': pod('- -u=1337,0 #~ root', 'runAsUser: 1337'),
    'another user, and the default': pod('- -b=*', 'runAsUser: 2000, runAsGroup: 2000', '#~ loop `args`'),
    'the group is named, and is another': pod(
      '- -u=1337\n          - -g=1337',
      'runAsUser: 2000, runAsGroup: 2000',
    ).replace('-u=1337', '-u=1337 #~ loop'),
    'a new user of the platform on one side': pod('- -u=1337 #~ loop', 'runAsUser: 1000629999, runAsGroup: 1000629999'),
  },
  good: {
    'a user of the platform on both sides': pod('- -u=1000629999', 'runAsUser: 1000629999, runAsGroup: 1000629999'),
    'TPROXY: root, known by its group': pod('- -u=1337', 'runAsUser: 0, runAsGroup: 1337'),
    'the group is named': pod('- -u=1\n          - -g=2000', 'runAsUser: 2000, runAsGroup: 2000'),
    'the image says who runs the proxy': pod('- -u=1337', 'readOnlyRootFilesystem: true'),
    'a name that the image knows': pod('- -u=istio-proxy', 'runAsUser: 1337'),
    'filled in later': pod('- -u=${PROXY_UID}', 'runAsUser: 1337'),
    'the user is filled in later': pod('- -u=1337', 'runAsUser: "${PROXY_UID}"'),
    'several users': pod('- -u=1337,2000', 'runAsUser: 2000, runAsGroup: 2000'),
  },
});
