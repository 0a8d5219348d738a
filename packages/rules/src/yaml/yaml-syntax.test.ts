import { testRule, yaml } from '@meshvet/core/testing';
import { yamlSyntax } from './yaml-syntax.ts';

testRule(yamlSyntax, {
  bad: {
    'test input that is meant to be refused': {
      files: { 'pkg/testdata/invalid-pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: { name: a } } #~ onPurpose\n' },
    },
    'a tab as indentation': 'apiVersion: v1\nkind: Pod\nmetadata:\n\tname: cart #~ broken\n',
    'the other documents of the file are still read, and each broken one is told': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: a } } #~ broken
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: b }
      ---
      apiVersion: v1
      kind: Pod
      metadata: "c" d #~ broken
    `,
  },
  good: {
    'a Helm template is no YAML yet': yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        {{- include "labels" . | nindent 2 }}
    `,
    'text that is no Kubernetes resource is not ours': 'just: [a list\n',
  },
});
