import {
  authorityFault,
  certificatesOf,
  clientAuthoritiesOf,
  clientCertificatesOf,
  defineRule,
  KUBERNETES_GATEWAY_TYPES,
  kubernetesGatewayToJudge,
  makerOfSecret,
  nameOf,
  secretsByName,
} from '@meshvet/core';
import { quoted } from '../shared/words/route-words.ts';

export const gatewayApiCertificateUnknown = defineRule({
  meta: {
    id: 'gateway-api-certificate-unknown',
    summary: 'A Gateway names a Secret or a ConfigMap with certificates that does not exist, or holds none.',
    why: 'Without its certificate, or without the one that it judges clients by, a listener is not programmed, and TLS connections to it are closed.',
    fix: 'Write the name of a Secret with tls.crt and tls.key, for clients of a ConfigMap with ca.crt, of the same namespace, or its namespace beside it.',
    severity: 'error',
    subject: 'resource',
    types: KUBERNETES_GATEWAY_TYPES,
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#secretobjectreference',
      'istio/istio pilot/pkg/config/kube/gateway/conversion.go (buildSecretReference)',
    ],
    messages: {
      unknown: '{gateway}: Secret {secret} does not exist, so the listener has no certificate.',
      client: '{gateway}: Secret {secret} does not exist, so backends are shown no certificate.',
      authority: '{gateway}: {source} does not exist, so listeners that judge clients by it serve nothing.',
      key: '{gateway}: ConfigMap {source} has {keys} and no ca.crt, so listeners that judge clients by it serve nothing.',
    },
  },
  examples: {
    bad: [
      {
        title: 'everything was read, and no such Secret',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            listeners:
              - name: https
                port: 443
                protocol: HTTPS
                tls:
                  certificateRefs:
                    - name: shop-certificate #~ unknown \`shop-certificate\`
        `,
      },
    ],
    good: [
      {
        title: 'Secrets are seldom kept among manifests',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            listeners:
              - name: https
                port: 443
                protocol: HTTPS
                tls: { certificateRefs: [{ name: shop-certificate }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const gateway = kubernetesGatewayToJudge(mesh, resource);
    if (!gateway) return;
    const words = { gateway: nameOf(resource) };
    const isMissing = (namespace: string, name: string) =>
      mesh.settings.closedWorld &&
      !mesh.derive(secretsByName).has(`${namespace}/${name}`) &&
      !mesh.externals.namespace(namespace) &&
      makerOfSecret(mesh, namespace, name) === undefined;
    for (const { namespace, name, field } of certificatesOf(gateway))
      if (isMissing(namespace, name)) report(field.at('name'), 'unknown', { ...words, secret: `${namespace}/${name}` });
    for (const { namespace, name, field } of clientCertificatesOf(gateway))
      if (isMissing(namespace, name)) report(field.at('name'), 'client', { ...words, secret: `${namespace}/${name}` });
    for (const ref of clientAuthoritiesOf(gateway)) {
      const { kind, namespace, name, field } = ref;
      const source = `${kind} ${namespace}/${name}`;
      if (kind === 'Secret' && isMissing(namespace, name)) report(field.at('name'), 'authority', { ...words, source });
      const fault = authorityFault(mesh, resource, ref);
      if (fault?.kind === 'missing') report(field.at('name'), 'authority', { ...words, source });
      else if (fault)
        report(field.at('name'), 'key', { ...words, source: `${namespace}/${name}`, keys: quoted(fault.keys) });
    }
  },
});
