import { defineRule, maybeExternal, parseWebhookUrl, readWebhooks } from '@meshvet/core';

export const webhookUrlInvalid = defineRule({
  meta: {
    id: 'webhook-url-invalid',
    summary: 'A webhook of Istio names nothing that the API server could call.',
    why: 'Without a valid URL or a Service the control plane is never asked: the API server refuses the configuration, or no pod is injected.',
    fix: 'Write clientConfig.url with https and the host name of the external control plane, or clientConfig.service for one in the cluster.',
    severity: 'warning',
    about: 'any mesh',
    subject: 'resource',
    types: [
      'admissionregistration.k8s.io/MutatingWebhookConfiguration',
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    ],
    codes: ['IST0163'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/externalcontrolplane/externalcontrolplane.go',
      'kubernetes/apiserver pkg/util/webhook/validation.go',
      'istio.io: Install Istio with an External Control Plane',
    ],
    messages: {
      blank: '{webhook} has neither clientConfig.url nor clientConfig.service; the API server needs one of them.',
      unparsable: '{webhook} has the url "{url}", which is no valid URL.',
      refused: '{webhook} has the url "{url}", {reason}; the API server accepts https://<host>[:<port>]/<path> only.',
    },
  },
  examples: {
    bad: [
      {
        title: 'nothing was filled in, and a port that is none',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector-external-istiod }
          webhooks:
            - name: rev.namespace.sidecar-injector.istio.io
              clientConfig:
                url: #~ blank
            - name: rev.object.sidecar-injector.istio.io
              clientConfig:
                url: https://istiod.example.com:https/inject #~ unparsable
        `,
      },
      {
        title: 'without TLS',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector-external-istiod }
          webhooks:
            - name: rev.namespace.sidecar-injector.istio.io
              clientConfig:
                url: http://istiod.example.com/inject #~ refused
        `,
      },
    ],
    good: [
      {
        title: 'an external control plane',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector-external-istiod }
          webhooks:
            - name: rev.namespace.sidecar-injector.istio.io
              clientConfig:
                url: https://istiod.example.com:15017/inject/cluster/one/net/network1
        `,
      },
    ],
  },
  check({ subject, report }) {
    for (const webhook of readWebhooks(subject)) {
      if (webhook.owner !== 'istio' && !maybeExternal(subject)) continue;
      const { clientConfig } = webhook;
      const field = clientConfig.at('url');
      const codes = maybeExternal(subject) ? ['IST0163'] : [];
      if (!field.hasValue) {
        if (clientConfig.at('service').hasValue || (clientConfig.hasValue && !clientConfig.isMapping)) continue;
        const place = [field, clientConfig, webhook.field.at('name')].find((f) => f.exists) ?? webhook.field;
        report(place, 'blank', { webhook: webhook.label }, { codes });
        continue;
      }
      const { url } = webhook;
      if (url === undefined) continue;
      const parsed = parseWebhookUrl(url);
      if (!parsed) {
        report(field, 'unparsable', { webhook: webhook.label, url }, { codes });
        continue;
      }
      const reason =
        parsed.scheme !== 'https'
          ? 'which does not begin with https://'
          : parsed.host === ''
            ? 'which has no host'
            : parsed.hasUser
              ? 'which has a user name'
              : parsed.hasQuery || parsed.hasFragment
                ? 'which has a query or a fragment'
                : undefined;
      // istioctl lets these pass.
      if (reason) report(field, 'refused', { webhook: webhook.label, url, reason }, { codes: [] });
    }
  },
});
