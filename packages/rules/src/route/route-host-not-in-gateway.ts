import {
  defineRule,
  type Field,
  gatewayOf,
  isForMesh,
  isPatchedAt,
  lookupGateway,
  lookupHost,
  type Mesh,
  nameOf,
  overlap,
  type Resource,
  type VirtualService,
  virtualServiceToJudge,
} from '@meshvet/core';
import { quoted } from '../shared/words/route-words.ts';

export const routeHostNotInGateway = defineRule({
  meta: {
    id: 'route-host-not-in-gateway',
    summary: 'A VirtualService is bound to a Gateway that serves none of its hosts.',
    why: 'The gateway takes up a route only for hosts that one of its servers lists for the namespace of the route; requests for the others get 404.',
    fix: 'List the host in a server of the Gateway, write one of its hosts into the VirtualService, or allow the namespace: ./host and namespace/host leave out others.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0132'],
    sources: [
      'istio.io/docs/reference/config/networking/gateway/#Server',
      'istio/istio pkg/config/analysis/analyzers/virtualservice/gateways.go',
    ],
    messages: {
      notServed: '{route}: {gateway} serves {served}, and none of the hosts {hosts}; requests for them get 404.',
      hostNotServed:
        '{route}: none of its gateways serves host {host}, so requests for it get 404; they serve {served}.',
      internal:
        '{route}: host {host} is {target} of the mesh, no gateway that this is bound to serves it, and sidecars do not read it without mesh in spec.gateways; calls of that Service do not follow these routes.',
      gatewayOnly:
        '{route}: host {host} is {target} of the mesh, and sidecars do not read this without mesh in spec.gateways; calls of that Service do not follow these routes, only requests that reach the gateway by this name.',
      nothing: '{route}: {gateway} serves no host for namespace {namespace}, so it takes up none of these routes.',
    },
  },
  examples: {
    bad: [
      {
        title: 'another host; and hosts for the namespace of the Gateway alone',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                hosts: [www.example.com]
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: inner, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                hosts: ["./*"]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways:
              - edge/front #~ notServed \`edge/front\`
              - edge/inner #~ nothing \`edge/inner\`
            http: [{ route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
    good: [
      {
        title: 'a wildcard on either side',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                hosts: ["shop/*.example.com"]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [edge/front]
            http: [{ route: [{ destination: { host: cart } }] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: rest, namespace: shop }
          spec:
            hosts: ["*"]
            gateways: [edge/front]
            http: [{ route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService || virtualService.isDelegate || !hostsAreKnown(virtualService)) return;
    const hosts = virtualService.hosts.flatMap(({ name }) => [name.written, name.fqdn]).map(lower);
    const allServed: string[] = [];
    // That a gateway has none of the hosts is one finding; that some host is at no gateway, another.
    let told = false;
    for (const reference of virtualService.gateways) {
      if (reference.mesh || isPatchedAt(resource, 'spec', 'gateways')) continue;
      const lookup = lookupGateway(mesh, reference, resource);
      if (lookup.state !== 'found') continue;
      const served = lookup.value.map((gateway) => hostsFor(mesh, gateway, resource));
      const all = served.flatMap((one) => one ?? []);
      if (served.includes(undefined) || all.length > MOST) continue;
      allServed.push(...all);
      if (all.some((host) => hosts.some((own) => overlap(lower(host), own)))) continue;
      told = true;
      const [gateway] = lookup.value as readonly [Resource];
      const words = { route: nameOf(resource), gateway: nameOf(gateway) };
      const related = [{ at: gateway.body.at('spec').at('servers'), note: `the servers of ${nameOf(gateway)}` }];
      if (all.length === 0)
        report(reference.field, 'nothing', { ...words, namespace: resource.namespace ?? '' }, { related });
      else {
        const names = quoted(virtualService.hosts.map((h) => h.name.written));
        report(reference.field, 'notServed', { ...words, served: quoted(all), hosts: names }, { related });
      }
    }
    if (told || isForMesh(virtualService) || !allAreRead(mesh, virtualService)) return;
    for (const host of virtualService.hosts) {
      const own = [lower(host.name.written), lower(host.name.fqdn)];
      const served = allServed.some((one) => own.some((name) => overlap(lower(one), name)));
      // Where all names are of the mesh, the gateway may be one inside it.
      if (served && (host.name.service === undefined || !hasOutsideName(virtualService))) continue;
      const words = { route: nameOf(resource), host: host.name.written };
      const lookup = lookupHost(mesh, host.name.written, resource);
      const target = lookup.state === 'found' ? lookup.value.find((t) => t.service !== undefined) : undefined;
      if (served && !target) continue;
      if (target)
        report(
          host.field,
          served ? 'gatewayOnly' : 'internal',
          { ...words, target: nameOf(target.resource) },
          {
            codes: [],
            related: [{ at: target.resource.body.at('metadata').at('name'), note: nameOf(target.resource) }],
            fix: 'Add mesh to spec.gateways, or write a VirtualService of its own for the host.',
          },
        );
      else report(host.field, 'hostNotServed', { ...words, served: quoted(allServed) }, { codes: [] });
    }
  },
});

// A name that callers outside the cluster use: no Service, and no wildcard.
function hasOutsideName({ hosts }: VirtualService): boolean {
  return hosts.some(({ name }) => !name.wildcard && !name.service && !name.shortened && !name.fqdn.endsWith('.local'));
}

// Of each gateway, all the hosts that its servers have.
function allAreRead(mesh: Mesh, virtualService: VirtualService): boolean {
  const { resource, gateways, spec } = virtualService;
  if (isPatchedAt(resource, 'spec', 'gateways') || spec.at('gateways').items().length !== gateways.length) return false;
  return gateways.every((reference) => {
    const lookup = lookupGateway(mesh, reference, resource);
    return lookup.state === 'found' && lookup.value.every((gateway) => hostsFor(mesh, gateway, resource) !== undefined);
  });
}

const MOST = 2000;

function lower(host: string): string {
  return host.toLowerCase();
}

function hostsAreKnown({ resource, spec, hosts }: VirtualService): boolean {
  return (
    !isPatchedAt(resource, 'spec', 'hosts') && spec.at('hosts').items().length === hosts.length && hosts.length <= 100
  );
}

/** The hosts that a gateway serves for routes of a namespace; undefined where that cannot be told. */
function hostsFor(mesh: Mesh, gateway: Resource, route: Resource): readonly string[] | undefined {
  const loose = mesh.assumesNamespace(route) || mesh.assumesNamespace(gateway);
  const known = mesh.derive(knownHosts);
  let here = known.get(gateway);
  if (!here) known.set(gateway, (here = new Map()));
  const key = loose ? ANY : (route.namespace ?? '');
  if (!here.has(key)) here.set(key, servedHosts(mesh, gateway, key));
  return here.get(key);
}

const ANY = '*';

// Thousands of routes ask one Gateway.
function knownHosts(): Map<Resource, Map<string, readonly string[] | undefined>> {
  return new Map();
}

function servedHosts(mesh: Mesh, gateway: Resource, namespace: string): readonly string[] | undefined {
  if (gateway.partial) return undefined;
  const own = gatewayOf(mesh, gateway);
  if (own) {
    const servers = gateway.body.at('spec').at('servers');
    if (!own.serversKnown || (servers.hasValue && !servers.isList)) return undefined;
    return own.servers
      .flatMap((server) => server.hosts)
      .filter((h) => h.namespace === '*' || h.namespace === namespace || namespace === ANY)
      .map((h) => h.host);
  }
  const listeners = gateway.body.at('spec').at('listeners').items() as Field[];
  const names = listeners.map((l) => (l.at('hostname').hasValue ? l.at('hostname').string() : '*'));
  return names.includes(undefined) ? undefined : names.map((name) => name || '*');
}
