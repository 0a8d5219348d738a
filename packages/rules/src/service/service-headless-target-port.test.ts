import { testRule, yaml } from '@meshvet/core/testing';
import { serviceHeadlessTargetPort } from './service-headless-target-port.ts';

const service = (port: string, mark = '', ip = 'None') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: desk, namespace: shop }
  spec:
    clusterIP: ${ip}
    selector: { app: desk }
    ports:
      - ${port} ${mark}
  ---
`;
const pods = (ports: string) => yaml`
  apiVersion: apps/v1
  kind: StatefulSet
  metadata: { name: desk, namespace: shop }
  spec:
    serviceName: desk
    selector: { matchLabels: { app: desk } }
    template:
      metadata: { labels: { app: desk } }
      spec: { containers: [{ name: desk, image: desk, ports: [${ports}] }] }
`;
const HTTP = pods('{ name: web, containerPort: 8080 }');
const route = (gateways: string) => yaml`
  ---
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: desk, namespace: shop }
  spec: { hosts: [desk.example.com], gateways: [${gateways}], http: [{ route: [{ destination: { host: desk } }] }] }
`;
const istiod = yaml`
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: istiod, namespace: istio-system, labels: { app: istiod } }
  spec:
    selector: { matchLabels: { app: istiod } }
    template:
      metadata: { labels: { app: istiod } }
      spec: { containers: [{ name: discovery, image: pilot, env: [{ name: PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES, value: "true" }] }] }
`;

testRule(serviceHeadlessTargetPort, {
  bad: {
    'by the name of the container port': service('{ name: http, port: 80, targetPort: web }', '#~ ignored') + HTTP,
    'called from the mesh too':
      service('{ name: http, port: 80, targetPort: 8080 }', '#~ ignored') + HTTP + route('front, mesh'),
  },
  good: {
    'with a cluster IP the mapping holds': service('{ name: http, port: 80, targetPort: 8080 }', '', '10.0.0.7') + HTTP,
    'gateways look at targetPort': service('{ name: http, port: 80, targetPort: 8080 }') + HTTP + route('front'),
    'the pods listen on both':
      service('{ name: http, port: 80, targetPort: 8080 }') + pods('{ containerPort: 80 }, { containerPort: 8080 }'),
    'a name of no container: another rule tells that': service('{ name: http, port: 80, targetPort: wbe }') + HTTP,
    'no pod was read': service('{ name: http, port: 80, targetPort: 8080 }'),
    'sidecars get the endpoints where istiod is told so':
      service('{ name: http, port: 80, targetPort: 8080 }') + HTTP + istiod,
    'filled in later': service('{ name: http, port: 80, targetPort: "${PORT}" }') + HTTP,
  },
});
