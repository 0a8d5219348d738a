import { testRule } from '@meshvet/core/testing';
import { schemaUnknownField } from './schema-unknown-field.ts';

const retries = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart]
  http:
    - route: [{ destination: { host: cart } }]
      retries: { attempts: 3, backoff: 100ms }`;
const mirrors = `apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart]
  http:
    - route: [{ destination: { host: cart } }]
      mirrors: [{ destination: { host: copy } }]`;

testRule(schemaUnknownField, {
  bad: {
    'a field that nobody could have meant': `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart]
  http:
    - route: [{ destination: { host: cart } }]
      circuitBreaker: { maxConnections: 1 } #~ unknown \`circuitBreaker\`
`,
    'a field of metadata, and one at the top': `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  label: { app: cart } #~ misspelt \`label\`
sepc: { hosts: [cart] } #~ misspelt \`sepc\`
`,
    'a key that the only object below has': `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart }
spec:
  hosts: [cart]
  http:
    - route:
        - host: cart #~ misplaced \`host\`
`,
    'a field of 1.26 in 1.25': { yaml: `${retries} #~ later \`backoff\``, settings: { istioVersion: '1.25' } },
    'a field of 1.20 in 1.19, which lies between known releases': {
      yaml: mirrors.replace('      mirrors', '      mirrors').replace('}]', '}]').concat(' #~ later `mirrors`'),
      settings: { istioVersion: '1.18' },
    },
    'a misspelt field, judged by the nearest release': {
      yaml: `
apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: { name: cart }
spec:
  hosts: [cart]
  gatways: [mesh] #~ misspelt
`,
      settings: { istioVersion: '1.4' },
    },
    'the kind of a definition in the input': `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: carts.example.com }
spec:
  group: example.com
  names: { kind: Cart, plural: carts }
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: { type: object, properties: { size: { type: integer } } }
            place: { type: object }
---
apiVersion: example.com/v1
kind: Cart
metadata: { name: one }
spec: { sise: 3 } #~ misspelt \`sise\`
place: { x: 1 } #~ nothing \`x\`
`,
  },
  good: {
    'a field of 1.26 in 1.26': { yaml: retries, settings: { istioVersion: '1.26' } },
    'a field of 1.20 in 1.20': { yaml: mirrors, settings: { istioVersion: '1.20' } },
    'status, and keys of objects that keep what they are given': `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop, managedFields: [] }
spec:
  configPatches:
    - applyTo: HTTP_FILTER
      patch: { operation: INSERT_BEFORE, value: { name: lua, typed_config: { anything: 1 } } }
status: { anything: true }
`,
    'a field that went before the first known release': {
      yaml: `
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: { name: cart }
spec: { hosts: [cart], http: [{ route: [{ destination: { host: cart } }], appendHeaders: { a: b } }] }
`,
      settings: { istioVersion: '1.0' },
    },
    'a key that is filled in later': `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart }
spec: { hosts: [cart], "\${EXTRA}": x }
`,
    'a patch': {
      files: {
        'kustomization.yaml': 'resources: [base.yaml]\npatches: [{ path: patch.yaml }]\n',
        'base.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n',
        'patch.yaml': `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart }
$patch: delete
`,
      },
    },
    'a kind that nobody defines': `
apiVersion: example.com/v1
kind: Cart
spec: { anything: 1 }
`,
    'a definition that keeps unknown fields, and one of the old form': `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: carts.example.com }
spec:
  group: example.com
  names: { kind: Cart }
  versions:
    - name: v1
      served: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
---
apiVersion: apiextensions.k8s.io/v1beta1
kind: CustomResourceDefinition
metadata: { name: trays.example.com }
spec: { group: example.com, names: { kind: Tray }, versions: [{ name: v1, served: true, schema: { openAPIV3Schema: { type: object } } }] }
---
apiVersion: example.com/v1
kind: Cart
metadata: { name: one }
spec: { anything: 1 }
---
apiVersion: example.com/v1
kind: Tray
metadata: { name: one }
spec: { anything: 1 }
`,
    'a definition of the kind in the input knows more than ours': `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: sidecars.networking.istio.io }
spec:
  group: networking.istio.io
  names: { kind: Sidecar }
  versions:
    - name: v1
      served: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { brandNew: { type: string } } } } } }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: one }
spec: { brandNew: yes! }
`,
  },
});
