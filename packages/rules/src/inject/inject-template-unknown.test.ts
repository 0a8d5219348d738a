import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectTemplateUnknown } from './inject-template-unknown.ts';

const deployment = (templates: string, mark = '', labels = 'istio-injection: enabled') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { ${labels} } }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata:
        labels: { app: cart }
        annotations:
          inject.istio.io/templates: ${templates} ${mark}
      spec: { containers: [{ name: cart, image: "cart:1" }] }
`;
const injector = (more: string) => yaml`
  ---
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio-sidecar-injector, namespace: istio-system }
  data:
    config: |-
      policy: enabled
      templates: { sidecar: "spec: {}", gateway: "spec: {}", custom: "spec: {}" }
      ${more}
`;

testRule(injectTemplateUnknown, {
  bad: {
    'the config lists the templates': {
      yaml: deployment('sidecar, costum', '#~ unknown `sidecar, costum`'),
      settings: { installation: { templates: ['custom'] } },
    },
    'the ConfigMap of the injector tells them': `${deployment('other', '#~ unknown')}${injector('')}`,
    'in a closed world there are those of the chart': {
      yaml: deployment('custom', '#~ unknown'),
      settings: { closedWorld: true },
    },
    'a template of a later release': {
      yaml: deployment('waypoint', '#~ tooNew'),
      settings: { istioVersion: '1.17' },
    },
    'nothing at all': deployment('""', '#~ empty'),
    'a comma at the end': deployment('"sidecar,"', '#~ empty'),
    'in another case': deployment('Sidecar', '#~ likely'),
    'where nobody knows whether the injector is asked': deployment('gatway', '#~ likely', 'istio.io/rev: canary'),
  },
  good: {
    'those of the release, with blanks': deployment('"sidecar, grpc-agent"'),
    'since 1.18': { yaml: deployment('waypoint'), settings: { istioVersion: '1.18' } },
    'an injector that nobody has read may have it': deployment('custom'),
    'a template and an alias of the ConfigMap': `${deployment('"custom,short"')}${injector('aliases: { short: [custom] }')}`,
    'the injector is not asked': {
      yaml: deployment('custom', '', 'team: a'),
      settings: { closedWorld: true },
    },
    'a later step fills it in': deployment('"${TEMPLATES}"'),
    'before 1.9 there was no such annotation': {
      yaml: deployment('gatway'),
      settings: { istioVersion: '1.8' },
    },
  },
});

test('is an error where it is certain', async () => {
  const severity = async (text: string, settings = {}) =>
    (await findingsOf(injectTemplateUnknown, { 'a.yaml': text }, { settings }))[0]?.severity;
  expect(await severity(deployment('gatway'))).toBe('warning');
  expect(await severity(deployment('gatway'), { closedWorld: true })).toBe('error');
  expect(await severity(deployment('""'))).toBe('error');
  expect(await severity(deployment('""', '', 'istio.io/rev: canary'))).toBe('warning');
});
