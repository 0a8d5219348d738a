import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { runtimeReservedPort } from './runtime-reserved-port.ts';

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

const service = (ports: string) => `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec:
  selector: { app: cart }
  ports:
    - ${ports}
`;

const AMBIENT = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
`;

testRule(runtimeReservedPort, {
  bad: {
    'inbound port since 1.3': { settings: { istioVersion: '1.3' }, yaml: pod('containerPort: 15006 #~ container') },
    'readiness port since 1.6': { settings: { istioVersion: '1.6' }, yaml: pod('containerPort: 15021 #~ container') },
    'debug port since 1.11': { settings: { istioVersion: '1.11' }, yaml: pod('containerPort: 15004 #~ container') },
    'plain tunnel in the releases that had one': {
      settings: { istioVersion: '1.14' },
      yaml: pod('containerPort: 15009 #~ container'),
    },
    'check of the redirection since 1.5': {
      settings: { istioVersion: '1.5' },
      yaml: pod('containerPort: 15002 #~ container'),
    },
    'the status port since 1.1': { settings: { istioVersion: '1.1' }, yaml: pod('containerPort: 15020 #~ container') },
    'the status port of the config': {
      settings: { installation: { statusPort: 16000 } },
      yaml: pod('containerPort: 16000 #~ container'),
    },
    'the status port of the pods': pod('containerPort: 16001 #~ container', 'status.sidecar.istio.io/port: "16001"'),
    'the status port of ProxyConfig': pod(
      'containerPort: 16002 #~ container',
      'proxy.istio.io/config: "statusPort: 16002"',
    ),
    'the DNS proxy, by UDP': pod('{ containerPort: 15053, protocol: UDP } #~ container'),
    'the tunnel in ambient mode': `${AMBIENT}${pod('containerPort: 15008 #~ container')}`,
    'SOCKS5 in ambient mode': `${AMBIENT}${pod('containerPort: 15080 #~ container')}`,
    'pods that do not declare the port': `${service('{ name: http, port: 80, targetPort: 15001 } #~ target')}---\n${pod('containerPort: 80')}`,
    'a Service of which no pod was read': service('{ name: http, port: 80, targetPort: 15001 } #~ target'),
    'the port itself, without a target': service('{ name: http, port: 15000 } #~ target'),
    'a named target: the number is the affair of the container': `${service('{ name: http, port: 80, targetPort: web }')}---\n${pod('{ name: web, containerPort: 15006 } #~ container')}`,
    'a port that the proxy answers on, where a container declares it': `${service('{ name: http, port: 80, targetPort: 15090 }')}---\n${pod('containerPort: 15090 #~ container')}`,
    'declared and probed is one finding, two ports are two': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        containers:
          - name: cart
            image: cart
            ports:
              - { name: web, containerPort: 15000 } #~ container
              - containerPort: 15001 #~ container
            livenessProbe: { tcpSocket: { port: 15000 } }
            readinessProbe: { httpGet: { port: web, path: / } }
    `,
    'vtctld of the Kubernetes examples: the Service twice, for two ports': yaml`
      kind: Service
      apiVersion: v1
      metadata: { name: vtctld, labels: { component: vtctld, app: vitess } }
      spec:
        ports:
          - port: 15000
            name: web
            targetPort: 15000 #~ target
            nodePort: 30000
          - port: 15001
            name: grpc
            targetPort: 15001 #~ target
            nodePort: 30001
        selector: { component: vtctld, app: vitess }
        type: NodePort
      ---
      kind: ReplicationController
      apiVersion: v1
      metadata: { name: vtctld }
      spec:
        template:
          metadata: { labels: { component: vtctld, app: vitess } }
          spec:
            containers: [{ name: vtctld, image: "vitess/lite:v2", command: [sh, -c, vtctld -port 15000 -grpc_port 15001] }]
    `,
  },
  good: {
    'inbound port before 1.3': { settings: { istioVersion: '1.2' }, yaml: pod('containerPort: 15006') },
    'readiness port before 1.6': { settings: { istioVersion: '1.5' }, yaml: pod('containerPort: 15021') },
    'debug port before 1.11': { settings: { istioVersion: '1.10' }, yaml: pod('containerPort: 15004') },
    'check of the redirection before 1.5': { settings: { istioVersion: '1.4' }, yaml: pod('containerPort: 15002') },
    'plain tunnel, before and after': { settings: { istioVersion: '1.15' }, yaml: pod('containerPort: 15009') },
    'status port in 1.0': { settings: { istioVersion: '1.0' }, yaml: pod('containerPort: 15020') },
    '15020 is free where the status port is another': {
      settings: { installation: { statusPort: 16000 } },
      yaml: pod('containerPort: 15020'),
    },
    'probes of the status port are off': pod('containerPort: 15020', 'status.sidecar.istio.io/port: "0"'),
    'ports of gateways, of the control plane, and a typing error of an old text': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        containers: [{ name: cart, image: cart, ports: [{ containerPort: 15443 }, { containerPort: 15010 }, { containerPort: 15201 }] }]
    `,
    'UDP on a TCP port': pod('{ containerPort: 15001, protocol: UDP }'),
    'admin port of the sidecar in ambient mode': `${AMBIENT}${pod('containerPort: 15000')}`,
    'in ambient mode before the ztunnel listened in the pod': {
      settings: { istioVersion: '1.20' },
      yaml: `${AMBIENT}${pod('containerPort: 15008')}`,
    },
    'not in the mesh': pod('containerPort: 15001').replace('app: cart', 'app: cart, sidecar.istio.io/inject: "false"'),
    'the author declares the metrics of the proxy for a PodMonitor': pod(
      '{ name: http-envoy-prom, containerPort: 15090 }',
    ),
    'a Service publishes the metrics of the proxies': `${service('{ name: http-envoy-prom, port: 15090 }')}---\n${pod('containerPort: 8080')}`,
    'a probe waits for the proxy': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        containers:
          - name: cart
            image: cart
            startupProbe: { httpGet: { port: 15021, path: /healthz/ready } }
            readinessProbe: { httpGet: { port: 15020, path: /app-health/cart/readyz } }
    `,
    'the Service of a gateway whose pods were not read': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: ingress, namespace: edge, labels: { app: ingress } }
      spec:
        selector: { istio: ingressgateway }
        ports: [{ name: status-port, port: 15021, targetPort: 15021 }, { name: tls-istiod, port: 15008 }]
    `,
    'the pods behind the Service are in no mesh': `${service('{ name: http, port: 80, targetPort: 15001 }')}---
${pod('containerPort: 8080').replace('app: cart', 'app: cart, sidecar.istio.io/inject: "false"')}`,
    'a Service without selector': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { ports: [{ name: http, port: 15001 }] }
    `,
    'a Service with such a port in front of another one': service('{ name: http, port: 15001, targetPort: 8080 }'),
    'a later step fills the target in': service('{ name: http, port: 15001, targetPort: "$(PORT)" }'),
    'an init container that ends': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        initContainers: [{ name: init, image: init, ports: [{ containerPort: 15001 }] }]
        containers: [{ name: cart, image: cart }]
    `,
  },
});

test('is an error in the mesh, a warning where that is not known or the proxy seldom takes the port', async () => {
  const enabled =
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n---\n';
  const severities = async (text: string, settings = {}) =>
    (await findingsOf(runtimeReservedPort, { 'a.yaml': text }, { settings })).map((f) => f.severity);
  const both = `${service('{ name: http, port: 80, targetPort: 15001 }')}---\n${pod('containerPort: 80')}`;
  expect(await severities(both)).toEqual(['warning']);
  expect(await severities(enabled + both)).toEqual(['error']);
  expect(await severities(enabled + pod('containerPort: 15002'))).toEqual(['warning']);
  const capture = 'proxy.istio.io/config: "proxyMetadata: { ISTIO_META_DNS_CAPTURE: \'true\' }"';
  expect(await severities(enabled + pod('containerPort: 15053'))).toEqual(['warning']);
  expect(await severities(enabled + pod('containerPort: 15053', capture))).toEqual(['error']);
});
