import { testRule } from '@meshvet/core/testing';
import { linkerdInjectValueInvalid } from './linkerd-inject-value-invalid.ts';

const namespace = (value: string) => `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  annotations:
    linkerd.io/inject: ${value}
`;
const pods = (value: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  template:
    metadata:
      annotations:
        linkerd.io/inject: ${value}
    spec: { containers: [{ name: cart, image: cart }] }
`;

testRule(linkerdInjectValueInvalid, {
  bad: {
    'ingress before 2.9': { yaml: pods('ingress #~ pod'), settings: { linkerdVersion: '2.8' } },
    'a blank too many': namespace('" enabled" #~ namespace'),
  },
  good: {
    'ingress since 2.9': { yaml: pods('ingress'), settings: { linkerdVersion: '2.9' } },
    'nothing is as good as no annotation': namespace('""'),
    'filled in later': namespace('"${INJECT}"'),
    'that it is no string is told by another rule': namespace('true'),
  },
});
