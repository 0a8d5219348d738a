import {
  defineRule,
  didYouMean,
  type Field,
  type Gateway,
  type GatewayReference,
  gatewayReference,
  gateways,
  groupBy,
  isGatewayName,
  isPatchedAt,
  lookupGateway,
  type Mesh,
  nameOf,
  overlap,
  type Resource,
  settledRoutes,
  type VirtualService,
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
      namesake:
        '{route}: Gateway "{gateway}" means {meant}, since a name without namespace is of the namespace of the VirtualService; {namesake} has the name and serves {host}, and does not get these routes.',
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
      const { state } = lookupGateway(mesh, reference, resource);
      if (state === 'elsewhere') tellNamesake(reference);
      if (state !== 'missing') return;
      const likely = likelyGateway(mesh, reference, resource);
      const meant = `${reference.namespace}/${reference.name}`;
      report(
        reference.field,
        'unknown',
        { route: nameOf(resource), gateway: reference.written, meant },
        { codes, ...(likely === undefined ? {} : { fix: `Did you mean "${likely}"?` }) },
      );
    }

    function tellNamesake(reference: GatewayReference): void {
      const other = virtualService && namesakeOf(mesh, virtualService, reference);
      if (!other) return;
      const meant = `${reference.namespace}/${reference.name}`;
      const namesake = `${other.gateway.resource.namespace}/${reference.name}`;
      report(
        reference.field,
        'namesake',
        { route: nameOf(resource), gateway: reference.written, meant, namesake, host: other.host },
        {
          severity: 'warning',
          codes: [],
          related: [
            { at: other.gateway.resource.body.at('metadata').at('name'), note: nameOf(other.gateway.resource) },
          ],
          fix: `Write "${namesake}".`,
        },
      );
    }
  },
});

const MOST = 200;

/** The only Gateway of the name, where it is of another namespace, stands beside the route and lets its namespace and a host of it in. */
function namesakeOf(
  mesh: Mesh,
  { resource, hosts }: VirtualService,
  { written, namespace, name }: GatewayReference,
): { readonly gateway: Gateway; readonly host: string } | undefined {
  if (written.includes('/') || mesh.externals.gateway(namespace, name) || mesh.externals.namespace(namespace))
    return undefined;
  if (mesh.assumesNamespace(resource) || mesh.hasUnreadBeside(resource) || resource.rewrites?.namespace)
    return undefined;
  const all = (mesh.derive(gatewaysByBareName).get(name) ?? []).slice(0, MOST);
  const [gateway] = all;
  if (!gateway || all.some((g) => !mesh.sameObject(g.resource, gateway.resource) || mesh.assumesNamespace(g.resource)))
    return undefined;
  if (!mesh.near(gateway.resource, resource)) return undefined;
  const served = gateway.servers
    .flatMap((s) => s.hosts)
    .filter((h) => h.namespace === '*' || h.namespace === resource.namespace);
  const host = hosts.find(({ name: own }) => served.some((s) => overlap(s.host.toLowerCase(), own.fqdn.toLowerCase())));
  return host && { gateway, host: host.name.written };
}

function gatewaysByBareName(mesh: Mesh): ReadonlyMap<string, readonly Gateway[]> {
  return groupBy(mesh.derive(gateways), (g) => g.resource.name);
}

// The same name in another namespace, or a like name in this one.
function likelyGateway(mesh: Mesh, { namespace, name }: GatewayReference, resource: Resource): string | undefined {
  const all = mesh.derive(gateways).slice(0, MOST);
  const far = all.find((g) => g.resource.name === name);
  if (far) return `${far.resource.namespace}/${name}`;
  const names = all.filter((g) => g.resource.namespace === namespace).map((g) => g.resource.name);
  const meant = didYouMean(name, names);
  return meant !== undefined && namespace !== resource.namespace ? `${namespace}/${meant}` : meant;
}
