import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayHttpOn443 } from './gateway-http-on-443.ts';

const gateway = (port: number, protocol: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: edge }
  spec:
    selector: { istio: edge }
    servers:
      - { port: { number: ${port}, name: p, protocol: ${protocol} }, hosts: ["*"] } ${mark}
`;
const world = (annotations: string) => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: edge, namespace: edge, annotations: { ${annotations} } }
  spec: { selector: { istio: edge }, ports: [{ name: https, port: 443, targetPort: 8080 }] }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: edge, namespace: edge }
  spec:
    selector: { matchLabels: { istio: edge } }
    template:
      metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
`;

testRule(gatewayHttpOn443, {
  bad: {
    'gRPC without TLS': gateway(443, 'GRPC', '#~ plain `GRPC`'),
    'no load balancer ends TLS, as far as the Service tells': `${gateway(443, 'HTTP', '#~ plain')}---\n${world('')}`,
  },
  good: {
    'another port': gateway(8443, 'HTTP'),
    'a load balancer ends TLS': `${gateway(443, 'HTTP')}---\n${world('service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:x')}`,
    'no HTTP at all': gateway(443, 'TCP'),
  },
});
