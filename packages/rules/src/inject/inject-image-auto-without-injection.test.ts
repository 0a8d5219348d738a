import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectImageAutoWithoutInjection } from './inject-image-auto-without-injection.ts';

const namespace = (labels: string) => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: ingress, labels: { ${labels} } }
`;
const deployment = (mark = '', labels = 'istio: web', more = '', kind = 'Deployment') => yaml`
  ---
  apiVersion: apps/v1
  kind: ${kind}
  metadata: { name: gateway, namespace: ingress }
  spec:
    selector: { matchLabels: { istio: web } }
    template:
      metadata:
        labels: { ${labels} }
        annotations: { inject.istio.io/templates: gateway }
      spec:
        hostNetwork: ${more || 'false'}
        containers:
          - name: istio-proxy
            image: auto ${mark}
`;
const pod = (mark = '', more = '') => yaml`
  ---
  apiVersion: v1
  kind: Pod
  metadata: { name: gateway, namespace: ingress, ${more} }
  spec:
    containers:
      - name: istio-proxy
        image: auto ${mark}
`;

testRule(injectImageAutoWithoutInjection, {
  bad: {
    'the namespace refuses': `${namespace('istio-injection: disabled')}${deployment('#~ notInjected', 'istio: web, sidecar.istio.io/inject: "true"')}`,
    'the pods refuse': `${namespace('istio-injection: enabled')}${deployment('#~ notInjected', 'istio: web, sidecar.istio.io/inject: "false"')}`,
    'the network of the node': `${namespace('istio-injection: enabled')}${deployment('#~ notInjected', 'istio: web', 'true')}`,
    'a revision that is not there': {
      yaml: `${namespace('istio.io/rev: old')}${deployment('#~ notInjected')}`,
      settings: { revisions: ['canary'] },
    },
    'a DaemonSet': `${namespace('team: a')}${deployment('#~ notInjected', 'istio: web', '', 'DaemonSet')}`,
    'a Pod of a cluster still holds it': `${namespace('istio-injection: enabled')}${pod('#~ running', 'uid: 5e7c0a52')}`,
    'webhooks that are called for nothing': {
      yaml: `${pod('#~ notInjected')}${yaml`
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: MutatingWebhookConfiguration
        metadata: { name: istio-sidecar-injector }
        webhooks:
          - name: namespace.sidecar-injector.istio.io
            clientConfig: { service: { name: istiod, namespace: istio-system } }
            namespaceSelector: { matchLabels: { istio-injection: enabled } }
      `}`,
      settings: { closedWorld: true },
    },
  },
  good: {
    'the namespace has it injected': `${namespace('istio-injection: enabled')}${deployment()}`,
    'the manifest of a Pod is filled in when it is created': `${namespace('istio-injection: enabled')}${pod()}`,
    'the namespace was not read': deployment(),
    'a revision may be installed': `${namespace('istio.io/rev: canary')}${deployment()}`,
    'before 1.9 the word had no meaning': {
      yaml: `${namespace('team: a')}${deployment()}`,
      settings: { istioVersion: '1.8' },
    },
  },
});

test('carries the code that istioctl has for the kind, and what to do', async () => {
  const found = async (text: string) => {
    const [finding] = await findingsOf(injectImageAutoWithoutInjection, { 'a.yaml': `${namespace('team: a')}${text}` });
    return [finding?.codes, finding?.fix];
  };
  const label = 'Label the pods sidecar.istio.io/inject: "true".';
  expect(await found(deployment())).toEqual([['IST0146'], label]);
  expect(await found(pod())).toEqual([['IST0147'], label]);
  expect(await found(deployment('', 'istio: web', '', 'DaemonSet'))).toEqual([[], label]);
});
