import { testRule } from '@meshvet/core/testing';
import { schemaOneOf } from './schema-one-of.ts';

testRule(schemaOneOf, {
  bad: {
    'three matches in one, told once': `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart }
spec:
  hosts: [cart]
  http:
    - match:
        - uri:
            exact: /a
            prefix: /b
            regex: /c.* #~ together \`regex\`
      route: [{ destination: { host: cart } }]
`,
    'the nested groups of old releases': {
      yaml: `
apiVersion: networking.istio.io/v1beta1
kind: DestinationRule
metadata: { name: cart }
spec:
  host: cart
  trafficPolicy:
    loadBalancer:
      consistentHash: { useSourceIp: true }
      simple: RANDOM #~ together \`simple\`
`,
      settings: { istioVersion: '1.10' },
    },
    'a form that the definition of a kind in the input does not know': `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: carts.example.com }
spec:
  group: example.com
  names: { kind: Cart }
  versions:
    - name: v1
      served: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties: { a: { type: string }, b: { type: string } }
              anyOf: [{ required: [a] }, { required: [b] }]
---
apiVersion: example.com/v1
kind: Cart
metadata: { name: one }
spec: {} #~ noForm \`spec\`
`,
  },
  good: {
    'one field, and one that is empty': `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart }
spec: { host: cart, trafficPolicy: { loadBalancer: { simple: ~, consistentHash: { useSourceIp: true } } } }
`,
    'a form that hangs on a value that is filled in later': `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: carts.example.com }
spec:
  group: example.com
  names: { kind: Cart }
  versions:
    - name: v1
      served: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties: { a: { type: string } }
              anyOf: [{ properties: { a: { enum: [x] } } }]
---
apiVersion: example.com/v1
kind: Cart
metadata: { name: one }
spec: { a: "\${A}" }
`,
  },
});
