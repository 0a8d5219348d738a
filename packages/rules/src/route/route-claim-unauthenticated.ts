import {
  defineRule,
  type Field,
  type Gateway,
  gatewayOf,
  labelSelector,
  lookupGateway,
  type Mesh,
  matches,
  nameOf,
  type Resource,
  settledRoutes,
  virtualServiceToJudge,
  type Workload,
  workloadsOfGateway,
} from '@meshvet/core';
import { quoted } from '../shared/words/route-words.ts';

export const routeClaimUnauthenticated = defineRule({
  meta: {
    id: 'route-claim-unauthenticated',
    summary: 'A VirtualService routes by a claim of the JWT at a gateway that reads no JWT.',
    why: 'Claims are known only where a RequestAuthentication has read the token, so the match never holds and the rule gets no request.',
    fix: 'Write a RequestAuthentication for the pods of the gateway, in their namespace or in the root namespace.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0149'],
    since: '1.12',
    sources: [
      'istio.io/docs/tasks/security/authentication/jwt-route/',
      'istio/istio pkg/config/analysis/analyzers/virtualservice/jwtclaimroute.go',
    ],
    messages: {
      unread:
        '{route}: no RequestAuthentication reads the JWT at {gateway}, whose pods are those of {pods}; the claim is never there.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the token is read for other pods',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: edge }
          spec:
            hosts: [shop.example.com]
            gateways: [front]
            http:
              - match:
                  - headers:
                      "@request.auth.claims.group": { exact: admin } #~ unread
                route: [{ destination: { host: admin } }]
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: front }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: front, namespace: edge }
          spec:
            selector: { matchLabels: { istio: front } }
            template:
              metadata: { labels: { istio: front }, annotations: { inject.istio.io/templates: gateway } }
              spec: { containers: [{ name: istio-proxy, image: auto }] }
          ---
          apiVersion: security.istio.io/v1
          kind: RequestAuthentication
          metadata: { name: back, namespace: edge }
          spec:
            selector: { matchLabels: { istio: back } }
            jwtRules: [{ issuer: https://id.example.com }]
        `,
      },
    ],
    good: [
      {
        title: 'read for all pods of the namespace',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: edge }
          spec:
            hosts: [shop.example.com]
            gateways: [front]
            http:
              - match: [{ headers: { "@request.auth.claims[group]": { exact: admin } } }]
                route: [{ destination: { host: admin } }]
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: front }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: front, namespace: edge }
          spec:
            selector: { matchLabels: { istio: front } }
            template:
              metadata: { labels: { istio: front }, annotations: { inject.istio.io/templates: gateway } }
              spec: { containers: [{ name: istio-proxy, image: auto }] }
          ---
          apiVersion: security.istio.io/v1
          kind: RequestAuthentication
          metadata: { name: all, namespace: edge }
          spec:
            jwtRules: [{ issuer: https://id.example.com }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    const key = virtualService && settledRoutes(virtualService).flatMap(({ field }) => claimsIn(field))[0];
    if (!key) return;
    for (const reference of virtualService.gateways.filter((gateway) => !gateway.mesh).slice(0, MOST)) {
      const lookup = lookupGateway(mesh, reference, resource);
      // Of a Gateway with variants, all have to lack it.
      const found =
        lookup.state === 'found' ? lookup.value.slice(0, MOST).map((one) => unreadAt(mesh, one, resource)) : [];
      const [first] = found;
      if (!first || found.includes(undefined)) continue;
      const words = { route: nameOf(resource), gateway: nameOf(first.gateway.resource) };
      report(
        key,
        'unread',
        { ...words, pods: quoted(first.workloads.map(({ resource: own }) => nameOf(own))) },
        {
          onKey: true,
          related: [
            { at: reference.field, note: 'bound to this gateway' },
            ...first.workloads
              .slice(0, 2)
              .map((w) => ({ at: w.resource.body.at('metadata').at('name'), note: 'its pods' })),
          ],
          ...(mesh.settings.closedWorld ? {} : { severity: 'warning' }),
        },
      );
    }
  },
});

const MOST = 50;
const CLAIM = '@request.auth.claims';

/** The keys of headers that are claims of the JWT. */
function claimsIn(route: Field): readonly Field[] {
  return (route.at('match').items() as Field[]).slice(0, MOST).flatMap((match) =>
    ['headers', 'withoutHeaders'].flatMap((name) =>
      match
        .at(name)
        .entries()
        .filter(([key]) => isClaim(key))
        .map(([, field]) => field),
    ),
  );
}

function isClaim(key: string): boolean {
  if (key.slice(0, CLAIM.length).toLowerCase() !== CLAIM) return false;
  const rest = key.slice(CLAIM.length);
  return (rest.startsWith('.') && rest.length > 1) || (rest.startsWith('[') && rest.endsWith(']') && rest.length > 2);
}

interface Unread {
  readonly gateway: Gateway;
  readonly workloads: readonly Workload[];
}

// The pods of a gateway for which surely nothing reads a JWT; undefined where that is not so, or not known.
function unreadAt(mesh: Mesh, resource: Resource, route: Resource): Unread | undefined {
  const gateway = gatewayOf(mesh, resource);
  if (!gateway || resource.partial) return undefined;
  const { workloads } = workloadsOfGateway(mesh, gateway);
  const unread = workloads.filter((workload) => readsNoToken(mesh, workload, route));
  return unread.length > 0 && unread.length === workloads.length ? { gateway, workloads: unread } : undefined;
}

function readsNoToken(mesh: Mesh, workload: Workload, route: Resource): boolean {
  const known = mesh.derive(knownReaders);
  if (!known.has(workload)) known.set(workload, mayReadToken(mesh, workload));
  if (known.get(workload)) return false;
  // Nothing about tokens in the input: they are read elsewhere, or nowhere.
  return (
    mesh.settings.closedWorld ||
    mesh.derive(policies).some((p) => mesh.near(p, workload.resource) || mesh.near(p, route))
  );
}

function mayReadToken(mesh: Mesh, { resource, podLabels }: Workload): boolean {
  const root = mesh.installation.rootNamespace.value;
  return mesh.derive(policies).some((policy) => {
    const spec = policy.body.at('spec');
    if (policy.partial || spec.at('targetRefs').hasValue || spec.at('targetRef').hasValue) return true;
    const here = policy.namespace === resource.namespace || policy.namespace === root;
    if (!here) return mesh.assumesNamespace(policy) || mesh.assumesNamespace(resource);
    return matches(labelSelector(spec.at('selector')), podLabels) !== 'no';
  });
}

// Asked for each route of a gateway again.
function knownReaders(): Map<Workload, boolean> {
  return new Map();
}

function policies(mesh: Mesh): readonly Resource[] {
  return mesh.ofType('security.istio.io/RequestAuthentication').slice(0, MOST_POLICIES);
}

const MOST_POLICIES = 300;
