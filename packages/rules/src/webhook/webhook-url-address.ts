import { defineRule, isAddress, maybeExternal, parseWebhookUrl, readWebhooks } from '@meshvet/core';

export const webhookUrlAddress = defineRule({
  meta: {
    id: 'webhook-url-address',
    summary: 'A webhook calls an external control plane by its IP address.',
    why: 'The certificate of the control plane is as a rule made out for a host name, and the address of a load balancer may change.',
    fix: 'Write a host name that the certificate of the control plane covers.',
    severity: 'info',
    about: 'any mesh',
    subject: 'resource',
    types: [
      'admissionregistration.k8s.io/MutatingWebhookConfiguration',
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    ],
    codes: ['IST0164'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/externalcontrolplane/externalcontrolplane.go',
      'istio.io: Install Istio with an External Control Plane',
    ],
    messages: {
      address: '{webhook} calls {address}, an IP address; a host name survives a new address and fits the certificate.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the address of a load balancer',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector-external-istiod }
          webhooks:
            - name: rev.namespace.sidecar-injector.istio.io
              clientConfig:
                url: https://203.0.113.7:15017/inject #~ address
        `,
      },
    ],
    good: [
      {
        title: 'a host name',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector-external-istiod }
          webhooks:
            - name: rev.namespace.sidecar-injector.istio.io
              clientConfig:
                url: https://istiod.example.com:15017/inject
        `,
      },
    ],
  },
  check({ subject, report }) {
    for (const webhook of readWebhooks(subject)) {
      const external = maybeExternal(subject);
      if ((webhook.owner !== 'istio' && !external) || webhook.url === undefined) continue;
      const host = parseWebhookUrl(webhook.url)?.host;
      if (host === undefined || !isAddress(host)) continue;
      report(
        webhook.clientConfig.at('url'),
        'address',
        { webhook: webhook.label, address: host },
        { codes: external ? ['IST0164'] : [] },
      );
    }
  },
});
