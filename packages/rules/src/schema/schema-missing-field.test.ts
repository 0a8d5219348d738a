import { testRule } from '@meshvet/core/testing';
import { schemaMissingField } from './schema-missing-field.ts';

const gateway = `apiVersion: networking.istio.io/v1beta1
kind: DestinationRule
metadata: { name: cart }
spec: { trafficPolicy: {} }`;

testRule(schemaMissingField, {
  bad: {
    'no host, which is required since 1.23': {
      yaml: gateway.replace('spec:', 'spec: #~ missing\n ').replace('{ trafficPolicy', '{ trafficPolicy'),
      settings: { istioVersion: '1.23' },
    },
    'a required null counts as missing': `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: billing }
spec:
  hosts: ~ #~ empty
`,
  },
  good: {
    'no host in 1.15, whose definition required it not yet': { yaml: gateway, settings: { istioVersion: '1.15' } },
    'the field is there, misspelt, which is told by another rule': `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: billing }
spec: { host: [billing.example.com] }
`,
    'a patch brings the field': {
      files: {
        'kustomization.yaml': 'resources: [entry.yaml]\npatches: [{ path: patch.yaml }]\n',
        'entry.yaml':
          'apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: { name: billing }\nspec: { resolution: DNS }\n',
        'patch.yaml':
          'apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: { name: billing }\nspec: { hosts: [billing.example.com] }\n',
      },
    },
  },
});
