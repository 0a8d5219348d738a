import {
  defineRule,
  didYouMean,
  type Gateway,
  gatewayOf,
  isPatchedAt,
  isSurelyNoGateway,
  type Mesh,
  nameOf,
  type Requirement,
  type Workload,
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
      none: '{gateway}: the selector {selector} matches no workload{there}, so no proxy opens its ports.',
      application:
        '{gateway}: the selector {selector} picks {pods}, which is no gateway; only the proxies of gateways open the ports of a Gateway, sidecars do not.',
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
    if (!gateway || !requirements || !first || isPatchedAt(resource, 'spec', 'selector')) return;
    const { workloads, open } = workloadsOfGateway(mesh, gateway);
    const selector = requirements.map((r) => `${r.key}=${r.values[0]}`).join(',');
    const words = { gateway: nameOf(resource), selector };
    const [picked] = workloads;
    if (picked && !open && workloads.every((w) => isApplication(mesh, w))) {
      const related = [{ at: picked.podLabels.field, note: `the pods of ${nameOf(picked.resource)}` }];
      const severity = mesh.settings.closedWorld ? 'error' : 'warning';
      report(first.field, 'application', { ...words, pods: nameOf(picked.resource) }, { codes: [], related, severity });
      return;
    }
    if (picked || open) return;
    // Where everything was read, and gateways among it, those of the charts are not there.
    if (isStock(requirements) && !(mesh.settings.closedWorld && hasReadGateways(mesh))) return;
    const severity = mesh.settings.closedWorld ? ('warning' as const) : ('info' as const);
    const { key, values, field } = first;
    const meant = requirements.length === 1 && key === 'istio' ? didYouMean(values[0] ?? '', STOCK) : undefined;
    if (meant !== undefined && !mesh.derive(hasGatewayPods)) report(field, 'misspelt', { ...words, meant });
    else if (mesh.settings.closedWorld || besideOthers(mesh, gateway))
      report(field, 'none', { ...words, there: thereText(mesh) }, { severity });
  },
});

const STOCK = ['ingressgateway', 'egressgateway', 'eastwestgateway'];

function isStock(requirements: readonly Requirement[]): boolean {
  return requirements.every(({ key, values: [value = ''] }) =>
    key === 'istio' ? STOCK.includes(value) : key === 'app' && STOCK.map((name) => `istio-${name}`).includes(value),
  );
}

// An IstioOperator, or the release of a chart, makes the stock gateways without showing them.
function hasReadGateways(mesh: Mesh): boolean {
  return mesh.derive(hasGatewayPods) && !mesh.derive(hasMakers);
}

function hasMakers(mesh: Mesh): boolean {
  return mesh.resources.some((r) => MAKERS.has(r.kind));
}

const MAKERS: ReadonlySet<string> = new Set([
  'IstioOperator',
  'ServiceMeshControlPlane',
  'HelmRelease',
  'HelmChart',
  'Application',
  'ApplicationSet',
]);

// Other programs read Gateways of Istio for gateways of their own, which are not in the mesh: where not everything was read, only a sidecar
// tells.
function isApplication(mesh: Mesh, workload: Workload): boolean {
  if (!isSurelyNoGateway(mesh, workload)) return false;
  return mesh.settings.closedWorld || mesh.membership(workload).mode === 'sidecar';
}

// The labels that the gateways have which were read, for a reader who wrote those of another installation.
function thereText(mesh: Mesh): string {
  const [gateway] = mesh.workloads.filter((w) => w.isGateway && w.podLabels.get('istio') !== undefined);
  return gateway ? ` (${nameOf(gateway.resource)} has istio=${gateway.podLabels.get('istio')})` : '';
}

function hasGatewayPods(mesh: Mesh): boolean {
  return mesh.workloads.some((w) => w.isGateway);
}

// Gateways are mostly installed elsewhere. Where some stand beside this one, and it fits none of them, it was meant for one.
function besideOthers(mesh: Mesh, { resource }: Gateway): boolean {
  return mesh.workloads.some((w) => w.isGateway && mesh.near(w.resource, resource));
}
