import {
  defineRule,
  didYouMean,
  type Field,
  type GatewayReference,
  gatewayReference,
  gateways,
  isGatewayName,
  isPatchedAt,
  lookupGateway,
  type Mesh,
  nameOf,
  type Resource,
  settledRoutes,
  virtualServiceToJudge,
} from '@meshvet/core';

export const routeGatewayUnknown = defineRule({
  meta: {
    id: 'route-gateway-unknown',
    summary: 'A VirtualService is bound to a Gateway that does not exist.',
    why: 'No gateway gets the routes, so requests from outside for these hosts get 404.',
    fix: 'Write the name of a Gateway of the same namespace, namespace/name of another, or mesh; what lives elsewhere belongs under externals in the config.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0101/gateway', 'IST0132', 'KIA1102'],
    sources: [
      'istio/istio pkg/config/model.go (resolveGatewayName)',
      'istio/istio pkg/config/analysis/analyzers/virtualservice/gateways.go',
      'kiali business/checkers/virtualservices/no_gateway_checker.go',
    ],
    messages: {
      unknown: '{route}: Gateway "{gateway}" means {meant}, and there is none; requests from outside are not routed.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the Gateway is called otherwise; and a short name looks in its own namespace',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways:
              - fornt #~ unknown \`fornt\`
            http:
              - match:
                  - uri: { prefix: /a }
                    gateways: [shop/back] #~ unknown
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
    good: [
      {
        title: 'by name, with its namespace, and the mesh',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: edge }
          spec:
            hosts: [shop.example.com]
            gateways: [front, edge/front, ./front, mesh]
            http: [{ route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService) return;
    if (!isPatchedAt(resource, 'spec', 'gateways'))
      for (const reference of virtualService.gateways) tell(reference, ['IST0101/gateway', 'IST0132', 'KIA1102']);
    for (const route of settledRoutes(virtualService)) {
      for (const match of (route.field.at('match').items() as Field[]).slice(0, MOST)) {
        for (const field of match.at('gateways').items() as Field[]) {
          const reference = gatewayReference(field, resource.namespace ?? '');
          if (reference) tell(reference, route.kind === 'http' ? ['KIA1102'] : []);
        }
      }
    }

    function tell(reference: GatewayReference, codes: readonly string[]): void {
      // A name that no Gateway can have is refused, and so told by another rule; "." is this namespace to us.
      if (reference.mesh || !isGatewayName(reference.written.replace(/^\.\//, ''))) return;
      if (lookupGateway(mesh, reference, resource).state !== 'missing') return;
      const likely = likelyGateway(mesh, reference, resource);
      const meant = `${reference.namespace}/${reference.name}`;
      report(
        reference.field,
        'unknown',
        { route: nameOf(resource), gateway: reference.written, meant },
        { codes, ...(likely === undefined ? {} : { fix: `Did you mean "${likely}"?` }) },
      );
    }
  },
});

const MOST = 200;

// The same name in another namespace, or a like name in this one.
function likelyGateway(mesh: Mesh, { namespace, name }: GatewayReference, resource: Resource): string | undefined {
  const all = mesh.derive(gateways).slice(0, MOST);
  const far = all.find((g) => g.resource.name === name);
  if (far) return `${far.resource.namespace}/${name}`;
  const names = all.filter((g) => g.resource.namespace === namespace).map((g) => g.resource.name);
  const meant = didYouMean(name, names);
  return meant !== undefined && namespace !== resource.namespace ? `${namespace}/${meant}` : meant;
}
