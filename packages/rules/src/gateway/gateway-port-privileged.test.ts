import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayPortPrivileged } from './gateway-port-privileged.ts';

const world = (target: string, value: string, mark = '', service = true) => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec:
    selector: { istio: edge }
    servers:
      - { port: { number: 443, name: tls, protocol: TLS }, hosts: ["*"], tls: { mode: PASSTHROUGH } } ${mark}
  ---
  apiVersion: v1
  kind: Service
  metadata: { name: edge, namespace: edge }
  spec: { selector: { istio: ${service ? 'edge' : 'other'} }, ports: [{ name: tls, port: 443, targetPort: ${target} }] }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: edge, namespace: edge }
  spec:
    selector: { matchLabels: { istio: edge } }
    template:
      metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
      spec:
        containers:
          - name: istio-proxy
            image: auto
            ports: [{ name: tls, containerPort: 443 }]
            env: [{ name: ISTIO_META_UNPRIVILEGED_POD, value: ${value} }]
`;

testRule(gatewayPortPrivileged, {
  bad: {
    'a target port by its name': world('tls', '"true"', '#~ privileged `443`'),
    'the way Go reads it': world('443', '"1"', '#~ privileged'),
  },
  good: {
    'a high port': world('8443', '"true"'),
    'the pods may': world('443', '"false"'),
    'no Service was read, which may lead to another port': world('443', '"true"', '', false),
  },
});
