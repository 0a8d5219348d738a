import {
  certificatesOf,
  defineRule,
  KUBERNETES_GATEWAY_TYPES,
  kubernetesGatewayToJudge,
  makerOfSecret,
  nameOf,
  secretsByName,
} from '@meshvet/core';

export const gatewayApiCertificateUnknown = defineRule({
  meta: {
    id: 'gateway-api-certificate-unknown',
    summary: 'A listener of the Gateway API names a Secret that does not exist.',
    why: 'Without its certificate the listener is not programmed, and TLS connections to it are closed.',
    fix: 'Write the name of a Secret with tls.crt and tls.key of the same namespace, or its namespace beside it.',
    severity: 'error',
    subject: 'resource',
    types: KUBERNETES_GATEWAY_TYPES,
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#secretobjectreference',
      'istio/istio pilot/pkg/config/kube/gateway/conversion.go (buildSecretReference)',
    ],
    messages: {
      unknown: '{gateway}: Secret {secret} does not exist, so the listener has no certificate.',
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
    if (!mesh.settings.closedWorld) return;
    const gateway = kubernetesGatewayToJudge(mesh, resource);
    if (!gateway) return;
    for (const { namespace, name, field } of certificatesOf(gateway)) {
      if (mesh.derive(secretsByName).has(`${namespace}/${name}`) || mesh.externals.namespace(namespace)) continue;
      if (makerOfSecret(mesh, namespace, name) !== undefined) continue;
      report(field.at('name'), 'unknown', { gateway: nameOf(resource), secret: `${namespace}/${name}` });
    }
  },
});
