import { testRule } from '@meshvet/core/testing';
import { schemaValueInvalid } from './schema-value-invalid.ts';

const dynamic = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: any, namespace: shop }
spec:
  hosts: ["*.example.com"]
  ports: [{ name: tls, number: 443, protocol: TLS }]
  resolution: DYNAMIC_DNS`;

testRule(schemaValueInvalid, {
  bad: {
    'a form, a length, an empty list, and a port that stands twice': `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: billing, namespace: shop }
spec:
  hosts: [] #~ length
  ports:
    - { name: tls, number: 443, protocol: TLS }
    - { name: tls, number: 8443, protocol: TLS } #~ repeated
  resolution: DNS
---
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: auth, namespace: shop }
spec:
  url: oci://ghcr.io/acme/auth:1
  sha256: ABC #~ form \`ABC\`
  pluginName: "" #~ length
`,
    'a word of a later release': { yaml: `${dynamic} #~ later`, settings: { istioVersion: '1.27' } },
    'a number that is too large for the proxy': `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart }
spec:
  host: cart
  trafficPolicy:
    connectionPool:
      tcp: { maxConnections: 3000000000 } #~ range \`3000000000\`
`,
    'what the definition of a kind in the input demands': `
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
              properties:
                zone: { type: string, pattern: "^(a+)+$" }
                step: { type: integer, multipleOf: 5, minimum: 0, exclusiveMinimum: true }
                when: { type: string, format: date-time }
                tags: { type: array, x-kubernetes-list-type: set, items: { type: string } }
---
apiVersion: example.com/v1
kind: Cart
metadata: { name: one }
spec:
  zone: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab #~ form
  step: 7 #~ range \`7\`
  when: 2026-13-01 #~ form
  tags:
    - red
    - blue
    - red #~ repeated \`red\`
---
apiVersion: example.com/v1
kind: Cart
metadata: { name: two }
spec:
  step: 0 #~ range \`0\`
`,
  },
  good: {
    'a word in the release that has it': { yaml: dynamic, settings: { istioVersion: '1.28' } },
    'a word between two known releases, of which one has it': {
      yaml: dynamic.replace('DYNAMIC_DNS', 'DNS_ROUND_ROBIN'),
      settings: { istioVersion: '1.14' },
    },
    'values that a later step fills in': `
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: auth }
spec: { url: oci://a/b, sha256: "\${SHA}", failStrategy: $(STRATEGY) }
---
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: two }
spec: { url: oci://a/b, sha256: SHA_OF_IMAGE }
`,
    'a value that a patch of the Kustomization replaces': {
      files: {
        'kustomization.yaml': `
resources: [rule.yaml]
patches:
  - patch: '[{ "op": "replace", "path": "/spec/trafficPolicy/tls/mode", "value": "SIMPLE" }]'
    target: { kind: DestinationRule }
`,
        'rule.yaml': `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart }
spec: { host: cart, trafficPolicy: { tls: { mode: TO_BE_SET } } }
`,
      },
    },
    'a Gateway API address, whose type has a default': `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: doors.example.com }
spec:
  group: example.com
  names: { kind: Door }
  versions:
    - name: v1
      served: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [type]
              properties:
                type: { type: string, default: IPAddress }
                value: { type: string }
              oneOf:
                - properties: { type: { enum: [IPAddress] }, value: { anyOf: [{ format: ipv4 }, { format: ipv6 }] } }
                - properties: { type: { not: { enum: [IPAddress] } } }
---
apiVersion: example.com/v1
kind: Door
metadata: { name: one }
spec: { value: 10.0.0.1 }
`,
  },
});
