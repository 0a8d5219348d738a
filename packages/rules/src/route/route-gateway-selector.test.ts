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

testRule(routeGatewaySelector, {
  bad: {
    'in a closed world': { settings: { closedWorld: true }, yaml: gateway('app: edge', '#~ none') },
    'beside a gateway with other labels': `${pods('istio: edge')}---\n${gateway('istio: egde', '#~ none')}`,
  },
  good: {
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
