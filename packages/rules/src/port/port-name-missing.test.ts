import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { describe, expect, test } from 'vitest';
import { portNameMissing } from './port-name-missing.ts';

testRule(portNameMissing, {
  bad: {
    'each unnamed port is told; a name of nothing is none': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { app: cart }
        ports:
          - port: 80 #~ unnamed
          - port: 81 #~ unnamed
            name:
            protocol:
          - port: 82 #~ unnamed
            name: ""
    `,
    'a bare appProtocol is absent': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        ports:
          - port: 80 #~ unnamed
            appProtocol:
    `,
    'Redis and PostgreSQL are not among the well-known ports': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cache, namespace: shop }
      spec:
        selector: { app: cache }
        ports:
          - port: 6379 #~ unnamed
          - port: 5432 #~ unnamed
    `,
    'the well-known number is that of the Service, 3306 behind another needs more than a name': {
      yaml: yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: db, namespace: shop }
        spec:
          ports:
            - port: 13306 #~ unnamedTcp
              targetPort: 3306
      `,
      settings: { istioVersion: '1.2' },
    },
    'a port that is a text is quoted as it is': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: odd, namespace: shop }
      spec:
        ports:
          - port: "80" #~ unnamed
          - port: [80] #~ unnamed
          - port: 99999999999999999999 #~ unnamed
    `,
    'headless Services, and those of other types': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: peers, namespace: shop }
      spec:
        clusterIP: None
        selector: { app: peers }
        ports:
          - port: 7000 #~ unnamed
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: edge, namespace: shop }
      spec:
        type: LoadBalancer
        selector: { app: edge }
        ports:
          - port: 80 #~ unnamed
    `,
  },
  good: {
    'a well-known port is TCP without a name (Kiali speaks of it, but nothing is guessed)': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { selector: { app: db }, ports: [{ port: 3306 }] }
    `,
    'UDP and SCTP are not proxied, so their names do not matter': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: dns, namespace: shop }
      spec: { selector: { app: dns }, ports: [{ port: 5353, protocol: UDP }, { port: 38412, protocol: SCTP }] }
    `,
    'the Services of kube-system are not spoken of': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: metrics, namespace: kube-system }
      spec: { selector: { app: metrics }, ports: [{ port: 443 }] }
    `,
    'nor those of Istio itself and of gateways': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: istiod, namespace: istio-system, labels: { istio: pilot } }
      spec: { selector: { app: istiod }, ports: [{ port: 15014 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: edge-istio, namespace: shop, labels: { gateway.istio.io/managed: istio.io-gateway-controller } }
      spec: { selector: { app: edge }, ports: [{ port: 80 }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: ingress, namespace: shop }
      spec: { selector: { istio: ingressgateway }, ports: [{ port: 80 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: ingress, namespace: shop }
      spec:
        selector: { matchLabels: { istio: ingressgateway } }
        template:
          metadata: { labels: { istio: ingressgateway } }
          spec: { containers: [{ name: istio-proxy, image: auto }] }
    `,
    'a name that a later step fills in is not judged': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: $(PORT_NAME), port: 80 }, { port: 81, appProtocol: "{{ .protocol }}" }, { port: 82, protocol: $(L4) }] }
    `,
    'ports that a patch writes are not what is written here': {
      files: {
        'base/service.yaml': yaml`
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ port: 80 }] }
        `,
        'base/patch.yaml': yaml`
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { ports: [{ port: 80, name: http }] }
        `,
        'base/kustomization.yaml': yaml`
          apiVersion: kustomize.config.k8s.io/v1beta1
          kind: Kustomization
          resources: [service.yaml]
          patches: [{ path: patch.yaml }]
        `,
      },
    },
    'a name is another rule, and so is a server-first protocol': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: git, namespace: shop }
      spec: { selector: { app: git }, ports: [{ port: 22 }, { name: web, port: 80 }] }
    `,
    'an ExternalName has a rule of its own': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: billing, namespace: shop }
      spec: { type: ExternalName, externalName: billing.example.com, ports: [{ port: 443 }] }
    `,
    'odd things that are no ports': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: none, namespace: shop }
      spec: { selector: [app], ports: { port: 80 } }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: empty, namespace: shop }
      spec:
      ---
      apiVersion: v1
      kind: Service
    `,
  },
});

const MESH = yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { istio-injection: enabled } }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart } }
      spec:
        containers:
          - name: cart
            image: cart
            ports: [{ containerPort: 9000, name: grpc-api }, { containerPort: 8080 }]
            readinessProbe: { httpGet: { port: 8080 } }
  ---
`;
const SERVICE = yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec: { selector: { app: cart }, ports: [{ port: 80, targetPort: 8080 }, { port: 90, targetPort: grpc-api }, { port: 91, targetPort: 7777 }] }
`;

describe('port-name-missing in the mesh', () => {
  const severities = async (text: string, settings: object) =>
    (await findingsOf(portNameMissing, { 'a.yaml': text }, { yaml: text, settings })).map((f) => f.severity);

  test('profile istio-1.0 makes it an error, releases before 1.3 a warning; outside the mesh it stays info', async () => {
    expect(await severities(MESH + SERVICE, { profile: 'istio-1.0' })).toEqual(['error', 'error', 'error']);
    expect(await severities(MESH + SERVICE, { istioVersion: '1.2' })).toEqual(['warning', 'warning', 'warning']);
    expect(await severities(MESH + SERVICE, {})).toEqual(['info', 'info', 'info']);
    expect(await severities(SERVICE, { profile: 'istio-1.0' })).toEqual(['info', 'info', 'info']);
  });

  test('preset strict makes it a warning at least', async () => {
    expect(await severities(SERVICE, { preset: 'strict' })).toEqual(['warning', 'warning', 'warning']);
  });

  test('the fix names the protocol that the pods tell of', async () => {
    const found = await findingsOf(portNameMissing, { 'a.yaml': MESH + SERVICE });
    expect(found.map((f) => f.fix)).toEqual([
      'Name the port http, or set appProtocol: http (the HTTP readinessProbe of container cart).',
      'Name the port grpc, or set appProtocol: grpc (targetPort grpc-api).',
      portNameMissing.meta.fix,
    ]);
  });
});
