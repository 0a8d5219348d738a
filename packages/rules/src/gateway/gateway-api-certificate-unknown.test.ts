import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiCertificateUnknown } from './gateway-api-certificate-unknown.ts';

const gateway = (tls: string, annotations = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: edge, annotations: { ${annotations} } }
  spec:
    gatewayClassName: istio
    listeners:
      - name: https
        port: 443
        protocol: HTTPS
        tls: { ${tls} }
`;
const closed = (text: string) => ({ settings: { closedWorld: true }, yaml: text });
const secret = yaml`
  apiVersion: v1
  kind: Secret
  metadata: { name: shop, namespace: edge }
  type: kubernetes.io/tls
`;

const frontend = (ref: string, mark = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: edge }
  spec:
    gatewayClassName: istio
    listeners: [{ name: http, port: 80, protocol: HTTP }]
    tls:
      frontend: { default: { validation: { caCertificateRefs: [{ group: "", ${ref} }] } } } ${mark}
`;
const map = (data: string) => yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: clients, namespace: edge }
  data: ${data}
`;

testRule(gatewayApiCertificateUnknown, {
  bad: {
    'no ConfigMap to judge clients by': closed(frontend('kind: ConfigMap, name: clients', '#~ authority')),
    'no Secret to judge clients by': closed(frontend('kind: Secret, name: clients', '#~ authority')),
    'a ConfigMap without certificates, in any world': `${map('{ root.pem: x }')}---\n${frontend('kind: ConfigMap, name: clients', '#~ key')}`,
    'a ConfigMap that is called otherwise, beside it': `${map('{ ca.crt: x }')}---\n${frontend('kind: ConfigMap, name: client', '#~ authority')}`,
    'no certificate to show': closed(yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: { name: front, namespace: edge }
      spec:
        gatewayClassName: istio
        listeners: [{ name: http, port: 80, protocol: HTTP }]
        tls: { backend: { clientCertificateRef: { name: shop } } } #~ client
    `),
    'a Secret of that name in another namespace': closed(
      `${secret}---\n${gateway('certificateRefs: [{ name: shop, namespace: web }]').replace(/(tls: .*)/, '$1 #~ unknown')}`,
    ),
  },
  good: {
    'certificates to judge clients by': closed(
      `${map('{ ca.crt: x }')}---\n${frontend('kind: ConfigMap, name: clients')}`,
    ),
    'a ConfigMap that nobody keeps in manifests': frontend('kind: ConfigMap, name: clients'),
    'the Secret is there': closed(`${secret}---\n${gateway('certificateRefs: [{ name: shop }]')}`),
    'cert-manager makes it': closed(
      `${yaml`
      apiVersion: cert-manager.io/v1
      kind: Certificate
      metadata: { name: front, namespace: edge }
      spec: { secretName: shop }
    `}---\n${gateway('certificateRefs: [{ name: shop }]')}`,
    ),
    'cert-manager makes it for an annotation': closed(
      gateway('certificateRefs: [{ name: shop }]', 'cert-manager.io/cluster-issuer: letsencrypt'),
    ),
    'TLS that is not ended here': closed(gateway('mode: Passthrough, certificateRefs: [{ name: shop }]')),
    'the certificate of the mesh': closed(
      gateway('options: { gateway.istio.io/tls-terminate-mode: ISTIO_MUTUAL }, certificateRefs: [{ name: shop }]'),
    ),
    'a kind of another controller': closed(
      gateway('certificateRefs: [{ group: example.com, kind: Vault, name: shop }]'),
    ),
  },
});
