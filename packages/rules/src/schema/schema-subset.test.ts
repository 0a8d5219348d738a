import { testRule } from '@meshvet/core/testing';
import { schemaSubset } from './schema-subset.ts';

const rule = (name: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: a }
spec:
  host: a
  subsets:
    - name: ${name}
`;

testRule(schemaSubset, {
  bad: {
    'no name': rule('"" #~ refused'),
    'a blank': rule('"a b" #~ refused'),
    'a subset of a destination and of an egress proxy': `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: a }
spec: { hosts: [a], http: [{ route: [{ destination: { host: a, subset: v_1 } }] }] } #~ refused
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: a }
spec: { outboundTrafficPolicy: { mode: ALLOW_ANY, egressProxy: { host: a, subset: v_1, port: { number: 80 } } } } #~ refused
`,
  },
  good: { 'a name that is filled in later': rule('"${NAME}.a"') },
});
