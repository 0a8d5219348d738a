import { testRule, yaml } from '@meshvet/core/testing';
import { linkerdNativeOrder } from './linkerd-native-order.ts';

const init = '- { name: linkerd-init, image: "cr.l5d.io/linkerd/proxy-init:v2.4.1" }';
const proxy = '- { name: linkerd-proxy, image: "cr.l5d.io/linkerd/proxy:edge-25.1.1", restartPolicy: Always }';
const app = '- { name: fetch, image: "curl:1" }';

const pod = (...list: string[]) => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: web, namespace: shop }
  spec:
    initContainers:
      ${list.join('\n      ')}
    containers: [{ name: web, image: "web:1" }]
`;

testRule(linkerdNativeOrder, {
  bad: {
    'ahead of both': pod(`${app} #~ before`, init, proxy),
    'the proxy ahead of the redirection': pod(`${proxy} #~ reversed`, init),
    'under the CNI plugin': pod(
      '- { name: linkerd-network-validator, image: "cr.l5d.io/linkerd/proxy:a" }',
      `${app} #~ between`,
      proxy,
    ),
  },
  good: {
    'a helper of Linkerd': pod(init, '- { name: linkerd-debug, image: "cr.l5d.io/linkerd/debug:a" }', proxy),
    'the user of the proxy': pod(
      init,
      '- { name: fetch, image: "curl:1", securityContext: { runAsUser: 2102 } }',
      proxy,
    ),
    'the classic form': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: web, namespace: shop }
      spec:
        initContainers:
          ${app}
          ${init}
        containers:
          - { name: linkerd-proxy, image: "cr.l5d.io/linkerd/proxy:edge-25.1.1" }
          - { name: web, image: "web:1" }
    `,
  },
});
