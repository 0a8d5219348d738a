import {
  type BoundGateway,
  type Destination,
  defineRule,
  destinationRuleToJudge,
  didYouMean,
  EXPORT_TO_KEY,
  type Field,
  type HostLookup,
  type HostName,
  hostNameOf,
  isForMesh,
  isRuleFor,
  isWildcardDomain,
  lookupHost,
  type Mesh,
  nameOf,
  namespacesOfPods,
  type Resource,
  type Route,
  readersOf,
  readersOfRoute,
  settledRoutes,
  type VirtualService,
  virtualServiceToJudge,
  writtenNameOf,
} from '@meshvet/core';
import { isToldByShape } from '../shared/schema/broken-shape.ts';
import { hostText, targetText } from '../shared/words/route-words.ts';

export const routeHostUnknown = defineRule({
  meta: {
    id: 'route-host-unknown',
    summary: 'A route or a DestinationRule names a host that no Service and no ServiceEntry has.',
    why: 'Envoy has no cluster for such a host: requests that are routed to it get 503, mirrors are dropped, and a DestinationRule applies to nothing.',
    fix: 'Write the name of a Service of the same namespace, the full name of another (cart.shop.svc.cluster.local), or add a ServiceEntry; what lives elsewhere belongs under externals in the config.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/DestinationRule', 'networking.istio.io/VirtualService'],
    codes: ['IST0101/host', 'IST0101/mirror', 'IST0174', 'KIA1101', 'KIA0202'],
    sources: [
      'istio/istio pkg/config/model.go (ResolveShortnameToFQDN)',
      'istio/istio pkg/config/analysis/analyzers/virtualservice/destinationhosts.go',
      'istio/istio pkg/config/analysis/analyzers/destinationrule/subset.go',
      'kiali business/checkers/virtualservices/no_host_checker.go',
    ],
    messages: {
      destination: '{route}: destination host {host} is no Service and no ServiceEntry; requests routed to it get 503.',
      noHost: '{route}: this {kind} destination names no host, so requests routed to it get 503.',
      mirror: '{route}: mirror host {host} is no Service and no ServiceEntry; nothing is mirrored.',
      rule: '{route}: host {host} is no Service and no ServiceEntry; the rule applies to nothing.',
      renamed:
        '{route}: host {host} is no Service any more: a Kustomization calls it {name} (namePrefix or nameSuffix), and kustomize renames no hosts in resources of Istio; {effect}.',
      hidden: '{route}: host {host} is {target}, which its exportTo hides from namespace {namespace}.',
      hiddenFromGateway:
        '{route}: host {host} is {target}, which its exportTo hides from namespace {namespace}, where the pods of Gateway {gateway} run; what the gateway routes there gets 503.',
      pod: '{route}: host {host} is a name that DNS gives to pods of {target}; Istio has hosts of Services and ServiceEntries alone, so nothing has it.',
      shortened:
        '{route}: host {host} is not {fqdn}, because Istio completes only names without a dot; nothing has it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'no Service of that name beside the others of the namespace',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: reviews, namespace: shop }
          spec: { selector: { app: reviews }, ports: [{ name: http, port: 9080 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: reviews, namespace: shop }
          spec:
            hosts: [reviews]
            http:
              - route:
                  - destination:
                      host: revews #~ destination \`revews\`
                mirror:
                  host: ratings #~ mirror \`ratings\`
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: ratings, namespace: shop }
          spec:
            host: ratings #~ rule \`ratings\`
        `,
      },
      {
        title: 'a name with a dot is not completed; exportTo hides a Service',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: reviews, namespace: shop }
          spec: { selector: { app: reviews }, ports: [{ name: http, port: 9080 }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: ratings, namespace: shop, annotations: { networking.istio.io/exportTo: "." } }
          spec: { selector: { app: ratings }, ports: [{ name: http, port: 9080 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: front, namespace: web }
          spec:
            hosts: [front]
            http:
              - match: [{ uri: { prefix: /reviews } }]
                route:
                  - destination:
                      host: reviews.shop #~ shortened \`reviews.shop\`
              - route:
                  - destination:
                      host: ratings.shop.svc.cluster.local #~ hidden
        `,
      },
    ],
    good: [
      {
        title: 'short and full names, and a host of a ServiceEntry',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: reviews, namespace: shop }
          spec: { selector: { app: reviews }, ports: [{ name: http, port: 9080 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: api, namespace: shop }
          spec: { hosts: ["*.example.com"], ports: [{ number: 80, name: http, protocol: HTTP }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: reviews, namespace: shop }
          spec:
            hosts: [reviews]
            http:
              - route:
                  - { destination: { host: reviews }, weight: 50 }
                  - { destination: { host: reviews.shop.svc.cluster.local }, weight: 25 }
                  - { destination: { host: api.example.com }, weight: 25 }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    for (const route of virtualService ? settledRoutes(virtualService) : []) {
      for (const destination of [...route.destinations, ...route.mirrors]) {
        const { host, hostField, kind } = destination;
        if (!host) {
          const { entry } = destination;
          if (
            kind === 'route' &&
            entry.isMapping &&
            !isUnread(destination.field) &&
            (!hostField.hasValue || hostField.value === '') &&
            !isToldByShape(mesh, resource, hostField)
          )
            report(entry, 'noHost', { route: nameOf(resource), kind: route.kind }, { codes: ['IST0101/host'] });
          continue;
        }
        if (!isWildcardDomain(host.written)) continue;
        const lookup = lookupForReaders(mesh, virtualService as VirtualService, route, host);
        const codes = kind === 'mirror' ? ['IST0101/mirror'] : ['IST0101/host', 'KIA1101'];
        if (lookup.state === 'missing' && lookup.gateway && lookup.instead) {
          const { instead, gateway } = lookup;
          report(
            hostField,
            'hiddenFromGateway',
            {
              route: nameOf(resource),
              host: hostText({ host }),
              target: targetText(instead),
              namespace: namespacesOfPods(gateway).join(', '),
              gateway: gateway.name,
            },
            {
              severity: kind === 'mirror' ? 'warning' : 'error',
              codes: [],
              related: [{ at: placeOfExports(instead.resource), note: `the visibility of ${targetText(instead)}` }],
            },
          );
        } else if (lookup.state === 'missing')
          tell(lookup, hostField, host, kind === 'mirror' ? 'mirror' : 'destination', codes);
        else if (lookup.state === 'elsewhere' && besideNamesake(mesh, resource, route, destination))
          report(
            hostField,
            'destination',
            { route: nameOf(resource), host: hostText({ host }) },
            { codes, severity: 'warning' },
          );
      }
    }
    const rule = destinationRuleToJudge(mesh, resource);
    // A wildcard is meant for what there may be; that there is nothing yet is no mistake.
    if (!rule?.host || rule.host.wildcard || !isWildcardDomain(rule.host.written)) return;
    const lookup = lookupHost(mesh, rule.host.written, resource);
    if (lookup.state === 'missing') tell(lookup, rule.hostField, rule.host, 'rule', ['IST0174', 'KIA0202']);

    function tell(
      missing: Extract<HostLookup, { state: 'missing' }>,
      field: Field,
      host: HostName,
      kind: 'destination' | 'mirror' | 'rule',
      codes: readonly string[],
    ): void {
      const words = { route: nameOf(resource), host: hostText({ host }) };
      const sure = mesh.settings.closedWorld || (missing.why !== 'absent' && missing.why !== 'pod');
      const severity = kind === 'rule' || !sure ? 'warning' : 'error';
      const { instead } = missing;
      const related = instead
        ? [{ at: instead.resource.body.at('metadata').at('name'), note: targetText(instead) }]
        : [];
      if (missing.why === 'hidden' && instead) {
        const namespace = readersOf(mesh, resource).join(', ');
        report(field, 'hidden', { ...words, target: targetText(instead), namespace }, { severity, codes, related });
      } else if (missing.why === 'pod' && instead) {
        report(
          field,
          'pod',
          { ...words, target: targetText(instead) },
          {
            severity,
            codes: mesh.settings.closedWorld ? codes : [],
            related,
            fix: 'Declare the name in a ServiceEntry, or route to a Service that selects this pod alone by its label statefulset.kubernetes.io/pod-name.',
          },
        );
      } else if (missing.why === 'shortened' && instead) {
        // Kiali does complete such a name.
        report(
          field,
          'shortened',
          { ...words, fqdn: instead.host },
          {
            severity,
            codes: codes.filter((code) => !code.startsWith('KIA')),
            related,
            fix: `Write the whole name: ${instead.host}.`,
          },
        );
      } else {
        const renamed = renamedService(mesh, host);
        if (renamed) {
          const { name } = renamed;
          const effect = kind === 'rule' ? 'the rule applies to nothing' : 'requests routed to it get 503';
          report(
            field,
            'renamed',
            { ...words, name, effect },
            {
              severity,
              codes,
              related: [{ at: renamed.body.at('metadata').at('name'), note: `becomes ${name}` }],
              fix: `Write ${name}, or patch the host in the Kustomization that renames the Service.`,
            },
          );
          return;
        }
        const meant = meantName(mesh, host);
        report(field, kind, words, {
          severity,
          codes,
          ...(meant === undefined ? {} : { fix: `Did you mean "${meant}"?` }),
        });
      }
    }
  },
});

/** The Service that had a name before Kustomizations renamed it. */
function renamedService(mesh: Mesh, { service }: HostName): Resource | undefined {
  return service && mesh.derive(renamedServices).get(`${service.namespace}/${service.name}`);
}

function renamedServices(mesh: Mesh): ReadonlyMap<string, Resource> {
  const found = new Map<string, Resource>();
  for (const { resource } of mesh.services) {
    const written = writtenNameOf(resource);
    if (written !== resource.name) found.set(`${resource.namespace}/${written}`, resource);
  }
  return found;
}

type ReaderLookup =
  | Exclude<HostLookup, { readonly state: 'missing' }>
  | (Extract<HostLookup, { readonly state: 'missing' }> & { readonly gateway?: BoundGateway });

/** What a destination is for those who read the rule: sidecars, and the pods of gateways, each group from its own namespaces. */
function lookupForReaders(
  mesh: Mesh,
  virtualService: VirtualService,
  route: Route,
  { written }: HostName,
): ReaderLookup {
  const { resource } = virtualService;
  const own = lookupHost(mesh, written, resource);
  // What is told of every reader alike is told without them.
  if (own.state === 'elsewhere' || (own.state === 'missing' && own.why !== 'hidden')) return own;
  const groups = readersOfRoute(mesh, virtualService).filter((group) =>
    isRuleFor(route, group, resource.namespace ?? ''),
  );
  for (const { gateway, namespaces } of groups) {
    const lookup = lookupHost(mesh, written, resource, namespaces);
    if (lookup.state === 'missing') return gateway ? { ...lookup, gateway } : lookup;
  }
  // Hidden from its own namespace, and read at gateways alone: what they see is known only where their pods were read.
  if (own.state === 'missing' && !isForMesh(virtualService))
    return groups.length > 0
      ? lookupHost(
          mesh,
          written,
          resource,
          groups.flatMap((g) => g.namespaces),
        )
      : { state: 'elsewhere', why: 'the pods of the gateway were not read' };
  return own;
}

function placeOfExports(resource: Resource): Field {
  const written = resource.body.at('spec').at('exportTo');
  const annotation = resource.body.at('metadata').at('annotations').at(EXPORT_TO_KEY);
  const place = resource.type === 'Service' ? annotation : written;
  return place.hasValue ? place : resource.body.at('metadata').at('name');
}

// A placeholder in place of the whole destination.
function isUnread(destination: Field): boolean {
  return destination.hasValue && !destination.isMapping;
}

// The owner of a route that splits between hosts of one name declares them together: `cart.shop.svc.a.global` here, `cart.shop.svc.b.global`
// nowhere, is a slip even where other files are not seen.
function besideNamesake(mesh: Mesh, resource: Resource, route: Route, destination: Destination): boolean {
  const { host } = destination;
  if (!host || route.destinations.length > MOST || mesh.externals.host(host.fqdn) || mesh.hasUnreadBeside(resource))
    return false;
  if (host.service && (mesh.externals.namespace(host.service.namespace) || isServiceSomewhere(mesh, host.service.name)))
    return false;
  return route.destinations.some((other) => {
    if (!other.host || stem(other.host) === undefined || stem(other.host) !== stem(host)) return false;
    const lookup = lookupHost(mesh, other.host.written, resource);
    return (
      lookup.state === 'found' &&
      lookup.value.every((t) => t.service === undefined && t.resource.document.source === resource.document.source)
    );
  });
}

const MOST = 50;

function stem({ fqdn }: HostName): string | undefined {
  const [name, namespace, svc] = fqdn.split('.', 4);
  return svc === 'svc' ? `${name}.${namespace}` : undefined;
}

function isServiceSomewhere(mesh: Mesh, name: string): boolean {
  return mesh.derive(serviceNames).has(name);
}

function serviceNames(mesh: Mesh): ReadonlySet<string> {
  return new Set(mesh.services.map((s) => s.resource.name));
}

// The Service of the same namespace that was probably meant.
function meantName(mesh: Mesh, host: HostName): string | undefined {
  if (!host.service) return undefined;
  const { namespace, name } = host.service;
  const meant = didYouMean(name, mesh.derive(namesByNamespace).get(namespace) ?? []);
  if (meant === undefined) return undefined;
  return host.written === host.fqdn ? hostNameOf(mesh, meant, namespace).fqdn : meant;
}

// As many as anybody has; each missing host is held against all of them.
const MOST_NAMES = 200;

function namesByNamespace(mesh: Mesh): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const { resource } of mesh.services) {
    const namespace = resource.namespace ?? '';
    const set = names.get(namespace) ?? new Set();
    names.set(namespace, set);
    if (set.size < MOST_NAMES) set.add(resource.name);
  }
  return names;
}
