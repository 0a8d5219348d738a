import {
  boundGateways,
  defineRule,
  didYouMean,
  groupBy,
  type HostLookup,
  type HostTarget,
  hostNameOf,
  hostTargets,
  isForMesh,
  isPatchedAt,
  isWildcardDomain,
  lookupHost,
  type Mesh,
  nameOf,
  type Resource,
  serversFor,
  type VirtualHost,
  type VirtualService,
  virtualServiceToJudge,
} from '@meshvet/core';
import { hostText, targetText } from '../shared/words/route-words.ts';

export const routeHostNotCalled = defineRule({
  meta: {
    id: 'route-host-not-called',
    summary: 'A VirtualService of the mesh is for a host that no Service and no ServiceEntry has.',
    why: 'Sidecars join a VirtualService to Services by their whole host; one for another name holds for requests that carry this very name on port 80, and calls of the Service know nothing of it.',
    fix: 'Write the host that callers use: the short name in the namespace of the Service, or its whole name (cart.shop.svc.cluster.local).',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    sources: [
      'istio/istio pilot/pkg/networking/core/route/route.go (BuildSidecarVirtualHostWrapper, separateVSHostsAndServices)',
      'istio/istio pkg/config/model.go (ResolveShortnameToFQDN)',
      'istio.io/docs/reference/config/networking/virtual-service/#VirtualService (hosts)',
    ],
    messages: {
      short:
        '{route}: host {host} is completed with the namespace of the VirtualService, and the Service of this name is {target}; calls of that one do not follow these routes.',
      shortened:
        '{route}: host {host} is not {fqdn}, because Istio completes only names without a dot; calls of {target} do not follow these routes{except}.',
      absent: '{route}: host {host} is no Service and no ServiceEntry; no call of a Service follows these routes.',
      hidden:
        '{route}: host {host} is {target}, which its exportTo hides from namespace {namespace}, where this VirtualService is read; no call follows these routes.',
      pod: '{route}: host {host} is a name that DNS gives to pods of {target}, and Istio has no such host; calls of the pods do not follow these routes.',
      invented:
        '{route}: host {host} is no Service and no ServiceEntry; these routes hold for requests that carry this very name on port 80, and not for calls of the Services that it leads to.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the Service lives in another namespace; and a name with a dot is not completed',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 8080 }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: front, namespace: web }
          spec: { selector: { app: front }, ports: [{ name: http, port: 8080 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: web }
          spec:
            hosts:
              - cart #~ short \`cart\`
            http: [{ timeout: 2s, route: [{ destination: { host: cart.shop.svc.cluster.local } }] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts:
              - cart.shop #~ shortened \`cart.shop\`
            http: [{ timeout: 2s, route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
    good: [
      {
        title: 'the short name in its own namespace, the whole one elsewhere',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 8080 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http: [{ timeout: 2s, route: [{ destination: { host: cart } }] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: web }
          spec:
            hosts: [cart.shop.svc.cluster.local]
            http: [{ timeout: 2s, route: [{ destination: { host: cart.shop.svc.cluster.local } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService || virtualService.isDelegate || !isForMesh(virtualService)) return;
    if (isPatchedAt(resource, 'spec', 'hosts') || isPatchedAt(resource, 'spec', 'gateways')) return;
    for (const host of virtualService.hosts.slice(0, MOST)) {
      const { name, field } = host;
      if (name.wildcard || !isWildcardDomain(name.written) || mayBeForGateway(mesh, virtualService, host)) continue;
      const lookup = lookupHost(mesh, name.written, resource);
      const words = { route: nameOf(resource), host: hostText({ host: name }) };
      const namesake = namesakeOf(mesh, virtualService, host, lookup);
      if (namesake) {
        const target = { target: targetText(namesake) };
        report(field, 'short', { ...words, ...target }, { related: [at(namesake)], fix: `Write ${namesake.host}.` });
        continue;
      }
      if (lookup.state !== 'missing') continue;
      const { why, instead } = lookup;
      // A destination of the same name is told already, and all that is wrong is that the Service is not there.
      if (why !== 'shortened' && leadsTo(virtualService, name.fqdn)) continue;
      if (why === 'shortened' && instead) {
        const except = instead.ports.some((p) => p.number === 80)
          ? ', but for requests on port 80 that carry it as it is written'
          : '';
        report(
          field,
          'shortened',
          { ...words, fqdn: instead.host, target: targetText(instead), except },
          { related: [at(instead)], fix: `Write the whole name: ${instead.host}.` },
        );
      } else if (why === 'hidden' && instead)
        report(
          field,
          'hidden',
          { ...words, target: targetText(instead), namespace: resource.namespace ?? '' },
          { related: [at(instead)] },
        );
      else if (why === 'pod' && instead)
        report(field, 'pod', { ...words, target: targetText(instead) }, { related: [at(instead)] });
      else if (name.service) {
        const meant = likelyName(mesh, name.service);
        report(field, 'absent', words, {
          severity: mesh.settings.closedWorld || meant !== undefined ? 'warning' : 'info',
          ...(meant === undefined ? {} : { fix: `Did you mean "${meant}"?` }),
        });
      } else report(field, 'invented', words, { severity: 'info' });
    }
  },
});

const MOST = 100;

function at(target: HostTarget) {
  return { at: target.resource.body.at('metadata').at('name'), note: targetText(target) };
}

// A VirtualService of a gateway and of the mesh lists the names of both.
function mayBeForGateway(mesh: Mesh, virtualService: VirtualService, { name }: VirtualHost): boolean {
  return boundGateways(mesh, virtualService).some(
    (gateway) =>
      !gateway.gateways || !gateway.serversKnown || serversFor(mesh, virtualService, gateway, name.fqdn).length > 0,
  );
}

// The one Service of a short name, where it is of another namespace, stands beside the route, and the route leads there.
function namesakeOf(
  mesh: Mesh,
  virtualService: VirtualService,
  { name }: VirtualHost,
  { state }: HostLookup,
): HostTarget | undefined {
  const { resource } = virtualService;
  if (state === 'found' || name.written.includes('.') || !name.service || mesh.assumesNamespace(resource))
    return undefined;
  if (mesh.externals.host(name.fqdn) || mesh.externals.service(name.service.namespace, name.service.name))
    return undefined;
  const others = mesh.derive(servicesByName).get(name.written) ?? [];
  const places = new Set(others.map((r) => r.namespace));
  const [first] = others;
  if (!first || places.size > 1 || mesh.assumesNamespace(first)) return undefined;
  // That the route itself leads to the Service of the other namespace shows which one is meant.
  const isMissing =
    state === 'missing' || leadsTo(virtualService, hostNameOf(mesh, first.name, first.namespace ?? '').fqdn);
  if (!isMissing || !(mesh.settings.closedWorld || mesh.near(first, resource))) return undefined;
  return mesh.derive(hostTargets).at(hostNameOf(mesh, first.name, first.namespace ?? '').fqdn)[0];
}

// A Service of the same namespace whose name is nearly the same.
function likelyName(
  mesh: Mesh,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): string | undefined {
  return didYouMean(name, mesh.derive(namesByNamespace).get(namespace) ?? []);
}

function namesByNamespace(mesh: Mesh): ReadonlyMap<string, readonly string[]> {
  const services = groupBy(mesh.services, (s) => s.resource.namespace ?? '');
  return new Map(
    [...services].map(([namespace, list]) => [namespace, list.slice(0, MOST).map((s) => s.resource.name)]),
  );
}

function servicesByName(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const index = new Map<string, Resource[]>();
  for (const { resource } of mesh.services) {
    const list = index.get(resource.name);
    if (!list) index.set(resource.name, [resource]);
    else if (list.length < MOST) list.push(resource);
  }
  return index;
}

function leadsTo({ routes }: VirtualService, fqdn: string): boolean {
  return routes.some((r) => r.destinations.some((d) => d.host?.fqdn === fqdn));
}
