import { testRule } from '@meshvet/core/testing';
import { schemaCel } from './schema-cel.ts';

const policy = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: strict, namespace: shop }
spec:
  portLevelMtls: { "8080": { mode: DISABLE } }`;
const definition = (rule: string) => `
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
              properties: { least: { type: integer, default: 2 }, most: { type: integer } }
              x-kubernetes-validations: [${rule}]
---
apiVersion: example.com/v1
kind: Cart
metadata: { name: one }
`;

testRule(schemaCel, {
  bad: {
    'ports without a selector': `${policy} #~ object`,
    'words of enumerations are no blanks': `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: billing, namespace: shop }
spec:
  hosts: [billing.example.com]
  ports: [{ name: tls, number: 443, protocol: TLS }]
  resolution: DNS_ROUND_ROBIN
  endpoints: [{ address: a.example.com }, { address: b.example.com }] #~ object \`endpoints\`
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
    - applyTo: HTTP_FILTER
      match: { context: SIDECAR_INBOUND, waypoint: {} } #~ object \`waypoint\`
      patch: { operation: REMOVE }
`,
    'endpoints that two rules refuse': `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: billing, namespace: shop }
spec:
  hosts: [billing.example.com]
  workloadSelector: { labels: { app: billing } }
  endpoints: [{ address: 10.0.0.7 }] #~ object \`endpoints\`
`,
    'a wildcard in a label, a namespace in a target, a socket with ports': `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: jwt, namespace: shop }
spec:
  selector: { matchLabels: { app: "cart*" } } #~ value \`"cart*"\`
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: jwt-2, namespace: shop }
spec:
  targetRefs:
    - kind: Service
      group: ""
      name: cart
      namespace: other #~ value \`other\`
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: vm, namespace: shop }
spec:
  address: unix:///var/run/app.sock
  ports: { http: 80 } #~ object \`ports\`
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: vm-2, namespace: shop }
spec: #~ object \`spec\`
  labels: { app: vm }
`,
    'a rule of a kind that the input defines': `${definition('{ rule: "self.least <= self.most", message: most is least }')}spec: { most: 1 } #~ own
`,
    'a rule without words': `${definition('{ rule: "self.least <= self.most" }')}spec: { most: 1 } #~ own
`,
  },
  good: {
    'a variable of the shell in place of an address': `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: gateway, namespace: istio-system }
spec: { jwtRules: [{ issuer: $OIDC_ISSUER_URL, jwksUri: $OIDC_JWKS_URI }] }
`,
    'Kubernetes before 1.25, which evaluates no expressions': { yaml: policy, settings: { kubernetesVersion: '1.24' } },
    'Istio before 1.23, which wrote none': { yaml: policy, settings: { istioVersion: '1.22' } },
    'ports with a selector': `${policy}
  selector: { matchLabels: { app: cart } }
`,
    'a value that is filled in later': `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart }
spec: { hosts: [cart], http: [{ route: [{ destination: { host: cart } }], timeout: "\${TIMEOUT}" }] }
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: jwt }
spec: { jwtRules: [{ issuer: me, jwksUri: JWKS_URI }] }
`,
    'a default of the definition makes it right': `${definition('{ rule: "self.least <= self.most" }')}spec: { most: 2 }
`,
    'a rule that is not understood, and one about changes': `${definition('{ rule: "quantity(self.most).isGreaterThan(1)" }, { rule: "self == oldSelf" }')}spec: { most: 1 }
`,
  },
});
