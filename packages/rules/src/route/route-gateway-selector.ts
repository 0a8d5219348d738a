import {
  defineRule,
  didYouMean,
  type Gateway,
  gatewayOf,
  isPatchedAt,
  type Mesh,
  nameOf,
  type Requirement,
  workloadsOfGateway,
} from '@meshvet/core';

export const routeGatewaySelector = defineRule({
  meta: {
    id: 'route-gateway-selector',
    summary: 'The selector of a Gateway matches no workload.',
    why: 'No proxy opens the ports of the Gateway, so nothing listens for its hosts.',
    fix: 'Write labels of the pods that run the gateway; those of the charts are istio: ingressgateway and istio: egressgateway.',
    severity: 'info',
    subject: 'resource',
    types: ['networking.istio.io/Gateway'],
    codes: ['IST0101/selector', 'KIA0302'],
    sources: [
      'istio.io/docs/reference/config/networking/gateway/#Gateway',
      'istio/istio pkg/config/analysis/analyzers/gateway/gateway.go',
      'kiali business/checkers/gateways/selector_checker.go',
    ],
    messages: {
      none: '{gateway}: the selector {selector} matches no workload, so no proxy opens its ports.',
      misspelt:
        '{gateway}: the selector {selector} matches no workload; the gateways of the charts have istio: {meant}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a misspelt label of the stock gateway',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector:
              istio: ingresgateway #~ misspelt \`ingresgateway\`
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
        `,
      },
    ],
    good: [
      {
        title: 'the stock gateway is installed elsewhere',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const gateway = gatewayOf(mesh, resource);
    const requirements = gateway?.selector?.requirements;
    const [first] = requirements ?? [];
    if (!gateway || !requirements || !first || isPatchedAt(resource, 'spec', 'selector') || isStock(requirements))
      return;
    const { workloads, open } = workloadsOfGateway(mesh, gateway);
    if (workloads.length > 0 || open) return;
    const selector = requirements.map((r) => `${r.key}=${r.values[0]}`).join(',');
    const words = { gateway: nameOf(resource), selector };
    const { key, values, field } = first;
    const meant = requirements.length === 1 && key === 'istio' ? didYouMean(values[0] ?? '', STOCK) : undefined;
    if (meant !== undefined && !mesh.derive(hasGatewayPods)) report(field, 'misspelt', { ...words, meant });
    else if (mesh.settings.closedWorld || besideOthers(mesh, gateway)) report(field, 'none', words);
  },
});

const STOCK = ['ingressgateway', 'egressgateway', 'eastwestgateway'];

function isStock(requirements: readonly Requirement[]): boolean {
  return requirements.every(({ key, values: [value = ''] }) =>
    key === 'istio' ? STOCK.includes(value) : key === 'app' && STOCK.map((name) => `istio-${name}`).includes(value),
  );
}

function hasGatewayPods(mesh: Mesh): boolean {
  return mesh.workloads.some((w) => w.isGateway);
}

// Gateways are mostly installed elsewhere. Where some stand beside this one, and it fits none of them, it was meant for one.
function besideOthers(mesh: Mesh, { resource }: Gateway): boolean {
  return mesh.workloads.some((w) => w.isGateway && mesh.near(w.resource, resource));
}
