import { testRule } from '@meshvet/core/testing';
import { schemaInternalAnnotation } from './schema-internal-annotation.ts';

testRule(schemaInternalAnnotation, {
  bad: {
    'a resource that is always refused': `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: a
  annotations:
    internal.istio.io/webhook-always-reject: "true" #~ internal
spec: {}
`,
  },
  good: {
    'what Istio writes on workloads': `
apiVersion: v1
kind: Service
metadata: { name: a, annotations: { internal.istio.io/parents: b } }
spec: { ports: [{ port: 80, name: http }], selector: { app: a } }
`,
  },
});
