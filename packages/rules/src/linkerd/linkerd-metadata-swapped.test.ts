import { testRule } from '@meshvet/core/testing';
import { linkerdMetadataSwapped } from './linkerd-metadata-swapped.ts';

const pages = (labels: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: pages, namespace: web }
spec:
  selector: { matchLabels: { app: pages } }
  template:
    metadata:
      annotations: { linkerd.io/inject: enabled }
      labels:
        app: pages
        ${labels}
    spec: { containers: [{ name: pages, image: pages:1 }] }
`;

testRule(linkerdMetadataSwapped, {
  bad: {
    'a setting on the Deployment itself': `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: pages
  namespace: web
  annotations:
    config.linkerd.io/proxy-log-level: debug #~ template
spec:
  selector: { matchLabels: { app: pages } }
  template:
    metadata: { labels: { app: pages }, annotations: { linkerd.io/inject: enabled } }
    spec: { containers: [{ name: pages, image: pages:1 }] }
`,
    'a setting in the labels of the pods': pages('config.linkerd.io/opaque-ports: "3306" #~ annotation'),
    'the label that keeps webhooks away': `
apiVersion: v1
kind: Namespace
metadata:
  name: web
  annotations:
    config.linkerd.io/admission-webhooks: disabled #~ label
`,
  },
  good: {
    'labels of other kinds': pages('linkerd.io/workload-ns: web'),
    'both are written': `
apiVersion: v1
kind: Service
metadata:
  name: pages
  namespace: web
  labels: { mirror.linkerd.io/exported: "true" }
  annotations: { mirror.linkerd.io/exported: "true" }
spec: { selector: { app: pages }, ports: [{ port: 80 }] }
`,
  },
});
