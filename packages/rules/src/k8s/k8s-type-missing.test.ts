import { testRule, yaml } from '@meshvet/core/testing';
import { k8sTypeMissing } from './k8s-type-missing.ts';

const SERVICE = yaml`
  kind: Service
  metadata: { name: cart }
  spec: { ports: [{ name: http, port: 80 }] }
`;

testRule(k8sTypeMissing, {
  good: {
    'a patch that a Kustomization names': {
      files: {
        'kustomization.yaml': 'resources: [app.yaml]\npatches: [{ path: patch.yaml, target: { kind: Service } }]\n',
        'patch.yaml': SERVICE,
        'app.yaml': `apiVersion: v1\n${SERVICE}`,
      },
    },
    'values of a chart': { files: { 'chart/values-prod.yaml': SERVICE } },
    'the pipeline of another tool': yaml`
      kind: pipeline
      metadata: { name: build }
      spec: { steps: [] }
    `,
    'a Kustomization may leave both out': { files: { 'kustomization.yaml': 'metadata: { name: a }\nnamespace: a\n' } },
  },
});
