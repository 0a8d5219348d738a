import { testRule } from '@meshvet/core/testing';
import { linkerdInjectAsLabel } from './linkerd-inject-as-label.ts';

testRule(linkerdInjectAsLabel, {
  bad: {
    'on the workload itself': `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
  namespace: shop
  labels:
    linkerd.io/inject: disabled #~ label
spec: { template: { spec: { containers: [{ name: db, image: db }] } } }
`,
    'on a Pod': `apiVersion: v1
kind: Pod
metadata:
  name: db
  labels:
    linkerd.io/inject: enabled #~ label
spec: { containers: [{ name: db, image: db }] }
`,
  },
  good: {
    'beside the annotation it is only idle': `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { linkerd.io/inject: enabled }, annotations: { linkerd.io/inject: enabled } }
`,
    'other kinds have nothing to inject': `apiVersion: v1
kind: ConfigMap
metadata: { name: shop, labels: { linkerd.io/inject: enabled } }
`,
    'a Kustomization may annotate the pods': {
      files: {
        'kustomization.yaml': 'resources: [a.yaml]\ncommonAnnotations: { linkerd.io/inject: enabled }\n',
        'a.yaml': `apiVersion: v1
kind: Pod
metadata: { name: db, labels: { linkerd.io/inject: enabled } }
spec: { containers: [{ name: db, image: db }] }
`,
      },
    },
  },
});
