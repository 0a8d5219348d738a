import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { yamlValueNotString } from './yaml-value-not-string.ts';

testRule(yamlValueNotString, {
  bad: {
    'numbers of all spellings, and booleans': yaml`
      apiVersion: v1
      kind: Service
      metadata:
        name: cart
        namespace: shop
        labels:
          release: 0x1F #~ scalar
          build: 1e3 #~ scalar
        annotations:
          answer: on #~ scalar
      spec:
        selector:
          version: 1.0 #~ scalar
        ports: [{ name: http, port: 80 }]
    `,
    'lists and mappings': yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels:
          tags: [a, b] #~ collection
        annotations:
          config: #~ collection
            mode: fast
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    'the selector of a workload, the job template, and a patch': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector:
          matchLabels:
            version: 2 #~ scalar
      ---
      apiVersion: batch/v1
      kind: CronJob
      metadata: { name: report, namespace: shop }
      spec:
        jobTemplate:
          metadata:
            labels:
              nightly: yes #~ scalar
          spec:
            template:
              metadata:
                labels:
                  version: 3 #~ scalar
    `,
    'a mesh key in a selector': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        selector:
          sidecar.istio.io/inject: true #~ scalar
    `,
  },
  good: {
    'a key with nothing behind it becomes the empty string': yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels: { a: , b: ~, c: null }
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    'what looks like a date, a time or a version is a string': yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels: { day: 2024-01-01, time: "12:30:45", version: 1.2.3, v: v1 }
        annotations: { later: "$(WHEN)" }
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    'labels of a Kustomization are no labels of a resource': yaml`
      apiVersion: kustomize.config.k8s.io/v1beta1
      kind: Kustomization
      metadata: { name: x, labels: { version: 1 } }
      commonLabels: { version: 1 }
    `,
    'of the keys of the mesh another rule speaks': yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels: { istio-injection: true }
    `,
    'metadata that is no mapping, labels that are a list': yaml`
      apiVersion: v1
      kind: Pod
      metadata: [1, 2]
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, labels: [1, true] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: 7
      spec: true
    `,
  },
});

test('its edits put quotes around the text as it is written, and spare what an anchor shares with others', async () => {
  const text = yaml`
    apiVersion: v1
    kind: Pod
    metadata:
      name: cart
      labels: { version: 1.10, "b" : yes, c: &c 1, d: *c }
  `;
  const fixed = (await findingsOf(yamlValueNotString, { 'a.yaml': text }))
    .flatMap((f) => f.edits ?? [])
    .sort((a, b) => b.start - a.start)
    .reduce((out, e) => out.slice(0, e.start) + e.text + out.slice(e.end), text);
  expect(fixed).toContain('version: "1.10"');
  expect(fixed).toContain('"b" : "yes"');
  expect((await findingsOf(yamlValueNotString, { 'a.yaml': fixed })).map((f) => f.edits)).toEqual([
    undefined,
    undefined,
  ]);
});
