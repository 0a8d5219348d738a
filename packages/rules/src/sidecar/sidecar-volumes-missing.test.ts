import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarVolumesMissing } from './sidecar-volumes-missing.ts';

const pod = (proxy: string, spec = '', mark = '') => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop }
  spec:
    ${spec || 'restartPolicy: Always'}
    initContainers: [{ name: istio-init, image: "docker.io/istio/proxyv2:1.13.1", args: [istio-iptables, -b, "*"] }]
    containers:
      - { name: cart, image: "cart:1", volumeMounts: [{ name: own, mountPath: /own }] }
      - name: istio-proxy ${mark}
        image: docker.io/istio/proxyv2:1.13.1
        args: [proxy, sidecar]
        ${proxy}
`;
const policy = 'env: [{ name: JWT_POLICY, value: third-party-jwt }]';

testRule(sidecarVolumesMissing, {
  bad: {
    'no volumes at all': pod(
      'volumeMounts: [{ name: istio-token, mountPath: /var/run/secrets/tokens }] #~ undefined `istio-token`',
    ),
    'the token is not mounted': pod(policy, '', '#~ token `istio-proxy`'),
  },
  good: {
    'volumes of the application are not the affair of this rule': pod('resources: {}'),
    'the token is mounted': pod(
      `${policy}\n        volumeMounts: [{ name: istio-token, mountPath: /var/run/secrets/tokens }]`,
      'volumes: [{ name: istio-token }]',
    ),
    'the folder above is mounted': pod(
      `${policy}\n        volumeMounts: [{ name: a, mountPath: /var/run/secrets/ }]`,
      'volumes: [{ name: a }]',
    ),
    'the token of the service account': pod('env: [{ name: JWT_POLICY, value: first-party-jwt }]'),
    'certificates from files': pod(
      'env: [{ name: JWT_POLICY, value: third-party-jwt }, { name: FILE_MOUNTED_CERTS, value: "true" }]',
    ),
    'newer proxies do not say which token': pod('env: [{ name: CA_ADDR, value: "istiod:15012" }]'),
    'volumes are filled in later': pod('volumeMounts: [{ name: istio-token, mountPath: /a }]', 'volumes: "${VOLUMES}"'),
    'a volume without a source is an empty folder': pod(
      'volumeMounts: [{ name: workload-socket, mountPath: /a }]',
      'volumes: [{ name: workload-socket }]',
    ),
    'a claim of a StatefulSet': yaml`
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        volumeClaimTemplates: [{ metadata: { name: istio-data }, spec: {} }]
        template:
          metadata: { labels: { app: cart } }
          spec:
            initContainers: [{ name: istio-init, image: "docker.io/istio/proxyv2:1.13.1", args: [istio-iptables, -b, "*"] }]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar], volumeMounts: [{ name: istio-data, mountPath: /a }] }
    `,
  },
});
