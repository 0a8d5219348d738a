import { testRule, yaml } from '@meshvet/core/testing';
import { injectNamespaceByDefault } from './inject-namespace-by-default.ts';

const namespace = (mark: string, labels = 'team: a', name = 'shop') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata:
    name: ${name} ${mark}
    labels: { ${labels} }
`;
const byDefault = { enableNamespacesByDefault: true };

testRule(injectNamespaceByDefault, {
  bad: {
    'the config says so': { yaml: namespace('#~ byDefault'), settings: byDefault },
    'the ConfigMap of the injector says so, with variables of containers in it': `${namespace('#~ byDefault')}${yaml`
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: { name: istio-sidecar-injector, namespace: istio-system }
      data:
        values: '{"global":{"tracer":{"datadog":{"address":"$(HOST_IP):8126"}}},"sidecarInjectorWebhook":{"enableNamespacesByDefault":true}}'
    `}`,
  },
  good: {
    'the default is off': namespace(''),
    'the namespace says it itself': {
      yaml: [
        'istio-injection: enabled',
        'istio-injection: disabled',
        'istio.io/rev: default',
        'istio.io/dataplane-mode: ambient',
      ]
        .map((labels) => namespace('', labels, labels.replace(/\W/g, '')))
        .join('---\n'),
      settings: byDefault,
    },
    'system namespaces, and that of the control plane': {
      yaml: `${namespace('', 'a: b', 'kube-system')}---\n${namespace('', 'a: b', 'istio-system')}`,
      settings: byDefault,
    },
    'only a named revision is there, which takes none by default': {
      yaml: namespace(''),
      settings: { ...byDefault, revisions: ['canary'] },
    },
  },
});
