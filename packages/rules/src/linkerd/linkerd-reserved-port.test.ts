import { testRule, yaml } from '@meshvet/core/testing';
import { linkerdReservedPort } from './linkerd-reserved-port.ts';

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }
---
`;

const pod = (port: string, annotations = '') => `apiVersion: v1
kind: Pod
metadata: { name: cart, namespace: shop, labels: { app: cart }, annotations: { ${annotations} } }
spec:
  containers:
    - name: cart
      image: cart
      ports:
        - ${port}
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec:
  selector: { app: cart }
  ports:
    - { name: http, port: 80, targetPort: PORT }
---
`;

testRule(linkerdReservedPort, {
  bad: {
    'the namespace asks for the proxy': NAMESPACE + pod('containerPort: 4140 #~ container'),
    'the Service has to change too': `${NAMESPACE}${SERVICE.replace('PORT }', '4191 } #~ target')}${pod('containerPort: 4191 #~ container')}`,
    'no container declares it, but the Service sends there': `${NAMESPACE}${SERVICE.replace('PORT }', '4143 } #~ target')}${pod('containerPort: 8080')}`,
    'a probe expects the application':
      NAMESPACE +
      yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        containers: [{ name: cart, image: cart, livenessProbe: { tcpSocket: { port: 4143 } } }] #~ probe
    `,
    'the port that the namespace gives the proxy': `${NAMESPACE.replace('enabled', 'enabled, config.linkerd.io/admin-port: "9999"')}${pod('containerPort: 9999 #~ container')}`,
  },
  good: {
    'a pod without Linkerd': pod('containerPort: 4140'),
    'the namespace says no': NAMESPACE.replace('enabled', 'disabled') + pod('containerPort: 4140'),
    'the pod says no': NAMESPACE + pod('containerPort: 4140', 'linkerd.io/inject: disabled'),
    'a value that Linkerd does not know vetoes the pod': `${NAMESPACE.replace('enabled', '"true"')}${pod('containerPort: 4140', 'linkerd.io/inject: enabled')}`,
    'a Service publishes the metrics of the proxies': `${NAMESPACE}${SERVICE.replace('PORT', '4191')}${pod('containerPort: 8080')}`,
    'a probe asks the proxy':
      NAMESPACE +
      yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        containers: [{ name: cart, image: cart, startupProbe: { httpGet: { port: 4191, path: /ready } } }]
    `,
    'the proxy in the manifest': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        containers:
          - { name: cart, image: cart }
          - { name: linkerd-proxy, image: "cr.l5d.io/linkerd/proxy:edge", ports: [{ containerPort: 4143, name: linkerd-proxy }, { containerPort: 4191, name: linkerd-admin }] }
    `,
    'a later step fills the port of the proxy in':
      NAMESPACE + pod('containerPort: 4143', 'config.linkerd.io/inbound-port: "$(PORT)"'),
  },
});
