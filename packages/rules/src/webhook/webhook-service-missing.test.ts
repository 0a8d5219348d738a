import { testRule, yaml } from '@meshvet/core/testing';
import { webhookServiceMissing } from './webhook-service-missing.ts';

const entry = (service: string, more = '') => `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks:
  - name: sidecar-injector.istio.io
    clientConfig: ${service}
${more}`;

const GRAFANA = yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: grafana, namespace: istio-system }
  spec: { ports: [{ name: http, port: 3000 }], selector: { app: grafana } }
`;
const ISTIOD = GRAFANA.replaceAll('grafana', 'istiod');

testRule(webhookServiceMissing, {
  bad: {
    'in a closed world, where no Service was read at all': {
      yaml: entry('{ service: { name: istiod, namespace: istio-system } } #~ missing `istiod`'),
      settings: { closedWorld: true },
    },
    'the Service of a revision, beside that of another': `${entry('{ service: { name: istiod-canary, namespace: istio-system } } #~ missing')}---\n${ISTIOD}`,
    'the validator too': `${entry('{ service: { name: istiod-canary, namespace: istio-system } } #~ missing').replace('Mutating', 'Validating').replace('sidecar-injector.istio.io', 'rev.validation.istio.io')}---\n${ISTIOD}`,
  },
  good: {
    'no Service of the namespace was read': entry('{ service: { name: istiod, namespace: istio-system } }'),
    'only add-ons of the namespace were read, and the control plane comes from a chart': `${entry('{ service: { name: istiod, namespace: istio-system } }')}---\n${GRAFANA}`,
    'the config says that the Service is somewhere else': {
      yaml: entry('{ service: { name: istiod, namespace: istio-system } }'),
      settings: { closedWorld: true, externals: { services: ['istio-system/istiod'] } },
    },
    'an excerpt of the Service, which says nothing but its name': {
      yaml: `${entry('{ service: { name: istiod, namespace: istio-system } }')}---\napiVersion: v1\nkind: Service\nmetadata: { name: istiod, namespace: istio-system }\nspec: {}\n`,
      settings: { closedWorld: true },
    },
    'a control plane outside the cluster': {
      yaml: entry('{ url: "https://istiod.example.com/inject" }'),
      settings: { closedWorld: true },
    },
    'an unrelated folder holds another control plane': {
      files: {
        'clusters/one/istio/w.yaml': entry('{ service: { name: istiod-canary, namespace: istio-system } }'),
        'live/two/mesh/s.yaml': ISTIOD,
      },
    },
    'put out of work': {
      yaml: entry(
        '{ service: { name: istiod, namespace: istio-system } }',
        '    namespaceSelector: { matchLabels: { istio.io/deactivated: never-match } }\n',
      ),
      settings: { closedWorld: true },
    },
    'webhooks of something else': {
      yaml: entry('{ service: { name: other, namespace: istio-system } }').replace(
        'sidecar-injector.istio.io',
        'a.example.com',
      ),
      settings: { closedWorld: true },
    },
    'a name that a later step fills in': {
      yaml: entry('{ service: { name: "istiod${SUFFIX}", namespace: istio-system } }'),
      settings: { closedWorld: true },
    },
    'input of the wrong shape is left alone': { yaml: entry('{ service: [istiod] }'), settings: { closedWorld: true } },
  },
});
