import { testRule, yaml } from '@meshvet/core/testing';
import { routeGatewaySelector } from './route-gateway-selector.ts';

const gateway = (selector: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec:
    selector: { ${selector} } ${mark}
    servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
`;
const pods = (labels: string) => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: gateway, namespace: edge }
  spec:
    selector: { matchLabels: { ${labels} } }
    template:
      metadata: { labels: { ${labels} }, annotations: { inject.istio.io/templates: gateway } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
`;

const app = (label: string, container = 'web') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: web, labels: { ${label} } }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: web, namespace: web }
  spec:
    selector: { matchLabels: { app: web } }
    template:
      metadata: { labels: { app: web } }
      spec: { containers: [{ name: ${container}, image: web }] }
`;

testRule(routeGatewaySelector, {
  bad: {
    'the labels of the charts, where all gateways were read': {
      settings: { closedWorld: true },
      yaml: `${pods('istio: ingress')}---\n${gateway('istio: ingressgateway', '#~ none')}`,
    },
    'an application with a sidecar': `${app('istio-injection: enabled')}---\n${gateway('app: web', '#~ application')}`,
    'an application outside the mesh': {
      settings: { closedWorld: true },
      yaml: `${app('istio-injection: disabled')}---\n${gateway('app: web', '#~ application')}`,
    },
    'in a closed world': { settings: { closedWorld: true }, yaml: gateway('app: edge', '#~ none') },
    'beside a gateway with other labels': `${pods('istio: edge')}---\n${gateway('istio: egde', '#~ none')}`,
  },
  good: {
    'another program reads Gateways of Istio, for pods that are not in the mesh': `${app('team: web')}---\n${gateway('app: web')}`,
    'an IstioOperator makes the gateways of the charts': {
      settings: { closedWorld: true },
      yaml: `${pods('istio: ingress')}---\n${gateway('istio: ingressgateway')}---\n${yaml`
        apiVersion: install.istio.io/v1alpha1
        kind: IstioOperator
        metadata: { name: install, namespace: istio-system }
        spec: { profile: default }
      `}`,
    },
    'the stock labels, and a gateway with others beside it: the stock one may be installed elsewhere': `${pods('istio: ingress')}---\n${gateway('istio: ingressgateway')}`,
    'a proxy that stands in the manifest': `${app('istio-injection: enabled', 'istio-proxy')}---\n${gateway('app: web')}`,
    'another cluster of the mesh has the gateway': {
      settings: { closedWorld: true },
      yaml: gateway('istio: edge'),
      setup: { clusters: { west: [{ path: 'west.yaml', text: pods('istio: edge') }] } },
    },
    'a gateway of another namespace': `${pods('istio: edge')}---\n${gateway('istio: edge')}`,
    'a gateway that is installed elsewhere': gateway('istio: edge'),
    'the labels of the charts': {
      settings: { closedWorld: true },
      yaml: gateway('istio: egressgateway, app: istio-egressgateway'),
    },
    'no selector at all': {
      settings: { closedWorld: true },
      yaml: yaml`
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: { name: front, namespace: shop }
        spec: { servers: [] }
      `,
    },
    'a label that is filled in later': { settings: { closedWorld: true }, yaml: gateway('istio: "${GATEWAY}"') },
  },
});
