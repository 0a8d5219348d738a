import { testRule, yaml } from '@meshvet/core/testing';
import { policyProbeRefused } from './policy-probe-refused.ts';

const namespace = (name: string, labels = '{ istio-injection: enabled }') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: ${name}, labels: ${labels} }
`;
const pods = (probe: string, mark = '', annotations = '"sidecar.istio.io/rewriteAppHTTPProbers": "false"') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart }, annotations: { ${annotations} } }
      spec:
        containers:
          - name: cart
            image: cart
            livenessProbe: { ${probe} } ${mark}
`;
const policy = (name: string, space: string, spec: string, mark = '', metadata = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: ${name}, namespace: ${space}${metadata} }
  spec: { ${spec} } ${mark}
`;
const all = (...documents: string[]) => documents.join('---\n');
const http = 'httpGet: { path: /live, port: 8080 }';
const CART = 'selector: { matchLabels: { app: cart } }';

testRule(policyProbeRefused, {
  bad: {
    'a policy that asks who calls': all(
      namespace('shop'),
      pods(http, '#~ refused'),
      policy('cart', 'shop', `${CART}, rules: [{ from: [{ source: { namespaces: [shop] } }] }]`),
    ),
    'a policy without rules': all(namespace('shop'), pods(http, '#~ refused'), policy('nothing', 'shop', '')),
    'a DENY policy': all(
      namespace('shop'),
      pods(http, '#~ refused'),
      policy('cart', 'shop', 'action: DENY, rules: [{ from: [{ source: { notPrincipals: ["*"] } }] }]'),
    ),
    'health checks of gRPC have a path too': all(
      namespace('shop'),
      pods('grpc: { port: 8080 }', '#~ refused'),
      policy('cart', 'shop', `${CART}, rules: [{ to: [{ operation: { paths: ["/shop.Cart/*"] } }] }]`),
    ),
  },
  good: {
    'the path is let in': all(
      namespace('shop'),
      pods(http),
      policy('cart', 'shop', `${CART}, rules: [{ to: [{ operation: { paths: ["/live"] } }] }]`),
    ),
    'the injector rewrites it': all(namespace('shop'), pods(http, '', ''), policy('nothing', 'shop', '')),
    'the port goes around the sidecar': all(
      namespace('shop'),
      pods(
        http,
        '',
        '"sidecar.istio.io/rewriteAppHTTPProbers": "false", "traffic.sidecar.istio.io/excludeInboundPorts": "8080"',
      ),
      policy('nothing', 'shop', ''),
    ),
    'a TCP probe is content with the proxy': all(
      namespace('shop'),
      pods('tcpSocket: { port: 8080 }'),
      policy('nothing', 'shop', ''),
    ),
    'mutual TLS is demanded, and fails it before': all(
      namespace('shop'),
      pods(http),
      policy('nothing', 'shop', ''),
      yaml`
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: { name: default, namespace: shop }
        spec: { mtls: { mode: STRICT } }
      `,
    ),
    'no sidecar': all(pods(http), policy('nothing', 'shop', '')),
  },
});
