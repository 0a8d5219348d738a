import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayRedirectLoop } from './gateway-redirect-loop.ts';

const gateway = (mark = '', tls = 'tls: { httpsRedirect: true }') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec:
    selector: { istio: edge }
    servers:
      - { port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"], ${tls} } ${mark}
`;
const service = (https: string, annotations = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: edge, namespace: edge, annotations: { ${annotations} } }
  spec:
    type: LoadBalancer
    selector: { istio: edge }
    ports: [{ name: http, port: 80, targetPort: 8080 }, { name: https, port: 443, targetPort: ${https} }]
`;
const pods = (annotations = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: edge, namespace: edge }
  spec:
    selector: { matchLabels: { istio: edge } }
    template:
      metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway${annotations} } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
`;
const ingress = (annotations: string, tls = 'tls: [{ hosts: [a.example.com], secretName: a }]') => yaml`
  apiVersion: networking.k8s.io/v1
  kind: Ingress
  metadata: { name: front, namespace: edge, annotations: { ${annotations} } }
  spec: { ${tls && `${tls}, `}defaultBackend: { service: { name: edge, port: { number: 80 } } } }
`;
const meshConfig = (text: string) => yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data: { mesh: "${text}" }
`;
const CERTIFICATE = 'service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:x';
const behind = (protocol: string) =>
  `${CERTIFICATE}, service.beta.kubernetes.io/aws-load-balancer-backend-protocol: ${protocol}`;
const all = (...documents: string[]) => documents.join('---\n');

testRule(gatewayRedirectLoop, {
  bad: {
    'a certificate for all ports': all(gateway('#~ balancer'), service('8080', CERTIFICATE), pods()),
    'no annotation tells, and port 443 leads to the plain port': all(gateway('#~ port'), service('8080'), pods()),
    'an Ingress before the gateway': all(gateway('#~ ingress'), service('8443'), pods(), ingress('')),
    'an Ingress with a certificate of the cloud': all(
      gateway('#~ ingress'),
      service('8443'),
      pods(),
      ingress('alb.ingress.kubernetes.io/certificate-arn: arn:x', ''),
    ),
    'nobody is trusted, as the whole MeshConfig tells': all(
      gateway('#~ balancer'),
      service('8080', CERTIFICATE),
      pods(),
      meshConfig('defaultConfig: { gatewayTopology: { numTrustedProxies: 0 } }'),
    ),
  },
  good: {
    'the balancer speaks TLS to the gateway': all(gateway(), service('8443', behind('ssl')), pods()),
    'one trusted proxy': all(
      gateway(),
      service('8080', behind('http')),
      pods(`, proxy.istio.io/config: '{ "gatewayTopology": { "numTrustedProxies": 1 } }'`),
    ),
    'one for the whole mesh': all(
      gateway(),
      service('8080', behind('http')),
      pods(),
      meshConfig('defaultConfig: { gatewayTopology: { numTrustedProxies: 2 } }'),
    ),
    'it redirects nothing': all(gateway('', 'bind: 0.0.0.0'), service('8080', behind('http')), pods()),
    'an Ingress without TLS': all(gateway(), service('8443'), pods(), ingress('', '')),
    'an Ingress that speaks TLS itself': all(
      gateway(),
      service('8443'),
      pods(),
      ingress('nginx.ingress.kubernetes.io/backend-protocol: HTTPS'),
    ),
  },
});
