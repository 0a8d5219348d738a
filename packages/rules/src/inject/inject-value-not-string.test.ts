import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectValueNotString } from './inject-value-not-string.ts';

testRule(injectValueNotString, {
  bad: {
    'on a Namespace, in annotations, and for Linkerd': yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels:
          istio-injection: on #~ scalar
        annotations:
          linkerd.io/inject: true #~ scalar
          config.linkerd.io/proxy-log-level: 1 #~ scalar
    `,
    'any key of an istio.io domain, also in a patch': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        template:
          metadata:
            annotations:
              traffic.sidecar.istio.io/excludeInboundPorts: 8080 #~ scalar
              proxy.istio.io/config: #~ collection
                holdApplicationUntilProxyStarts: true
    `,
  },
  good: {
    'nothing behind the key is the empty string': yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels:
          istio-injection:
    `,
    'a domain that only ends in the same letters': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { notistio.io/rev: 1 } }
    `,
  },
});

test('its edits put quotes around the text as it is written or meant, and spare what an anchor shares with others', async () => {
  const text = yaml`
    apiVersion: v1
    kind: Pod
    metadata:
      name: cart
      labels: { sidecar.istio.io/inject: yes, istio.io/rev: 1.10, istio.io/a: &c 1, istio.io/b: *c }
  `;
  const fixed = (await findingsOf(injectValueNotString, { 'a.yaml': text }))
    .flatMap((f) => f.edits ?? [])
    .sort((a, b) => b.start - a.start)
    .reduce((out, e) => out.slice(0, e.start) + e.text + out.slice(e.end), text);
  expect(fixed).toContain('sidecar.istio.io/inject: "true"');
  expect(fixed).toContain('istio.io/rev: "1.10"');
  expect((await findingsOf(injectValueNotString, { 'a.yaml': fixed })).map((f) => f.edits)).toEqual([
    undefined,
    undefined,
  ]);
});
