import { testRule } from '@meshvet/core/testing';
import { ambientModeValueInvalid } from './ambient-mode-value-invalid.ts';

const namespace = (value: string) => `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ${value}
`;
const pods = (value: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata:
      labels:
        app: cart
        istio.io/dataplane-mode: ${value}
    spec: { containers: [{ name: cart, image: cart }] }
`;

testRule(ambientModeValueInvalid, {
  bad: {
    'nothing behind the key': namespace('#~ namespace'),
    'the name of the other mode': namespace('sidecar #~ namespace'),
    'a boolean in quotes': namespace('"true" #~ namespace `"true"`'),
    'on pods of a namespace that nobody read': pods('enabled #~ pod'),
    'namespaces since 1.18': { yaml: namespace('on-demand #~ namespace'), settings: { istioVersion: '1.18' } },
    'pods since 1.22': { yaml: pods('on-demand #~ pod'), settings: { istioVersion: '1.22' } },
  },
  good: {
    'before 1.18 nobody reads it': { yaml: namespace('Ambient'), settings: { istioVersion: '1.17' } },
    'before 1.22 nobody reads it on pods': { yaml: pods('Ambient'), settings: { istioVersion: '1.21' } },
    'filled in later': namespace('"${MODE}"'),
    'that it is no string is told by another rule': namespace('true'),
  },
});
