import { testRule, yaml } from '@meshvet/core/testing';
import { linkerdProxyUid } from './linkerd-proxy-uid.ts';

testRule(linkerdProxyUid, {
  bad: {
    'the user of the pod, in a namespace with the proxy': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, annotations: { linkerd.io/inject: ingress } }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        securityContext: { runAsUser: 2102 } #~ user
        containers: [{ name: cart, image: cart }, { name: log, image: log, securityContext: { runAsUser: 1 } }]
    `,
    'the number that an annotation gives the proxy': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop, annotations: { linkerd.io/inject: enabled, config.linkerd.io/proxy-uid: "3000" } }
      spec:
        containers:
          - { name: cart, image: cart, securityContext: { runAsUser: 3000 } } #~ user
          - { name: log, image: log, securityContext: { runAsUser: 2102 } }
    `,
    'the number of the proxy in the manifest': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        containers:
          - { name: cart, image: cart, securityContext: { runAsUser: 2103 } } #~ user
          - { name: linkerd-proxy, image: "cr.l5d.io/linkerd/proxy:edge", securityContext: { runAsUser: 2103 } }
    `,
  },
  good: {
    'no Linkerd': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec: { containers: [{ name: cart, image: cart, securityContext: { runAsUser: 2102 } }] }
    `,
    'an init container reaches the network by that user': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop, annotations: { linkerd.io/inject: enabled } }
      spec:
        initContainers: [{ name: fetch, image: fetch, securityContext: { runAsUser: 2102 } }]
        containers: [{ name: cart, image: cart }]
    `,
    'host network': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop, annotations: { linkerd.io/inject: enabled } }
      spec: { hostNetwork: true, containers: [{ name: cart, image: cart, securityContext: { runAsUser: 2102 } }] }
    `,
  },
});
