import { testRule } from '@meshvet/core/testing';
import { schemaWrongType } from './schema-wrong-type.ts';

testRule(schemaWrongType, {
  bad: {
    'nothing as an item of a list, a mapping where a list belongs, a text for a switch': `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart }
spec:
  hosts: [cart]
  gateways:
    - ~ #~ wrong
  http: #~ listItem \`http\`
    route: []
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: billing }
spec: none #~ wrong \`none\`
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart }
spec:
  host: cart
  trafficPolicy: { tls: { mode: SIMPLE, insecureSkipVerify: "true" } } #~ quoted \`"true"\`
`,
  },
  good: {
    'a whole number or a text, and nothing where nothing is meant': `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart, creationTimestamp: null }
spec: { host: cart, trafficPolicy: { tls: { mode: SIMPLE, insecureSkipVerify: true } } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: vm }
spec: { template: {}, probe: { httpGet: { port: 80 } } }
`,
    'labels that are no texts are told by a rule about labels': `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart, labels: { version: 1 } }
spec: { host: cart }
`,
    'a scale of YAML that a later step fills in': `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart }
spec: { hosts: "\${HOSTS}", http: [{ route: [{ destination: { host: cart }, weight: $(WEIGHT) }] }] }
`,
  },
});
