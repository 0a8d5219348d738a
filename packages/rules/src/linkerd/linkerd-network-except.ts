import { asIpPrefix, defineRule, type Field, isPlaceholder, nameOf, prefixContains } from '@meshvet/core';

export const linkerdNetworkExcept = defineRule({
  meta: {
    id: 'linkerd-network-except',
    summary: 'A NetworkAuthentication of Linkerd leaves out addresses that it does not take in.',
    why: 'An exception has to lie inside the range it is taken from; the webhook of Linkerd refuses the policy.',
    fix: 'Write exceptions that lie inside the range.',
    severity: 'error',
    about: 'linkerd',
    subject: 'resource',
    types: ['policy.linkerd.io/NetworkAuthentication', 'policy.linkerd.io/ServerAuthorization'],
    sources: [
      'linkerd.io: Authorization Policy reference (NetworkAuthentication)',
      'linkerd2 policy-controller/runtime/src/admission.rs (validate_networks)',
    ],
    messages: {
      outside: '{resource}: {except} does not lie in {cidr}; the webhook of Linkerd refuses the policy.',
      form: '{resource}: {written} is no range of addresses such as 10.0.0.0/8; the webhook of Linkerd refuses the policy.',
    },
  },
  examples: {
    bad: [
      {
        title: 'an exception of another range',
        yaml: `
          apiVersion: policy.linkerd.io/v1alpha1
          kind: NetworkAuthentication
          metadata: { name: office, namespace: web }
          spec:
            networks:
              - cidr: 10.0.0.0/8
                except:
                  - 192.168.0.0/16 #~ outside
        `,
      },
    ],
    good: [
      {
        title: 'an exception inside',
        yaml: `
          apiVersion: policy.linkerd.io/v1alpha1
          kind: NetworkAuthentication
          metadata: { name: office, namespace: web }
          spec: { networks: [{ cidr: 10.0.0.0/8, except: [10.1.0.0/16] }] }
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    if (resource.partial) return;
    const spec = resource.body.at('spec');
    const list = resource.kind === 'ServerAuthorization' ? spec.at('client').at('networks') : spec.at('networks');
    for (const network of (list.items() as Field[]).slice(0, MOST)) {
      const field = network.at('cidr');
      const written = field.string();
      // What a later step fills in is no mistake yet.
      if (written === undefined || isPlaceholder(written)) continue;
      const cidr = asIpPrefix(written);
      if (cidr === undefined) report(field, 'form', { resource: nameOf(resource), written });
      for (const except of (network.at('except').items() as Field[]).slice(0, MOST)) {
        const text = except.string();
        if (text === undefined || cidr === undefined || isPlaceholder(text)) continue;
        const inner = asIpPrefix(text);
        if (inner === undefined) report(except, 'form', { resource: nameOf(resource), written: text });
        else if (!prefixContains(cidr, inner))
          report(except, 'outside', { resource: nameOf(resource), except: text, cidr: written });
      }
    }
  },
});

const MOST = 100;
