import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarDuplicate } from './sidecar-duplicate.ts';

testRule(sidecarDuplicate, {
  bad: {
    'injected twice, under two names': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        containers:
          - { name: cart, image: "cart:1" }
          - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar] }
          - name: istio-proxy-2 #~ second
            image: docker.io/istio/proxyv2:1.13.1
            args: [proxy, sidecar]
    `,
    'the proxy of Linkerd twice': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        initContainers:
          - { name: linkerd-proxy, image: "cr.l5d.io/linkerd/proxy:edge-25.1.1", restartPolicy: Always }
        containers:
          - { name: cart, image: "cart:1" }
          - name: linkerd-proxy #~ name
            image: cr.l5d.io/linkerd/proxy:edge-25.1.1
    `,
  },
  good: {
    'a debug image beside the proxy': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        initContainers:
          - { name: enable-core-dump, image: "docker.io/istio/proxyv2:1.13.1", command: [/bin/sh, -c, "ulimit -c unlimited"] }
        containers:
          - { name: cart, image: "cart:1" }
          - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar] }
          - { name: shell, image: "docker.io/istio/proxyv2:1.13.1", command: [sleep, infinity] }
    `,
    'two meshes in one pod have two proxies of two names': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        containers:
          - { name: cart, image: "cart:1" }
          - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar] }
          - { name: linkerd-proxy, image: "cr.l5d.io/linkerd/proxy:stable-2.14.0" }
    `,
  },
});
