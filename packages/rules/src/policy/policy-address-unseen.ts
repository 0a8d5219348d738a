import {
  type AuthorizationPolicy,
  type ConditionValues,
  defineRule,
  gatewaysBefore,
  isIpAddress,
  isIpPrefix,
  type Mesh,
  nameOf,
  policyToJudge,
  prefixesOverlap,
  type Service,
  valuesOf,
  type Workload,
  workloadsUnder,
} from '@meshvet/core';
import { effectOfFlaw } from '../shared/words/authorization-words.ts';

export const policyAddressUnseen = defineRule({
  meta: {
    id: 'policy-address-unseen',
    summary: 'An AuthorizationPolicy asks for public addresses of callers that its pods never see.',
    why: 'ipBlocks is the address of the connection: behind a gateway that of the gateway, and at a gateway whose Service has externalTrafficPolicy Cluster that of a node.',
    fix: 'Write remoteIpBlocks at pods behind a gateway, and set externalTrafficPolicy Local (or the proxy protocol) at the Service of the gateway.',
    severity: 'warning',
    subject: 'resource',
    judgedAround: true,
    types: ['security.istio.io/AuthorizationPolicy'],
    since: '1.5',
    sources: [
      'istio.io/docs/tasks/security/authorization/authz-ingress/',
      'istio.io/docs/reference/config/security/authorization-policy/#Source (ipBlocks, remoteIpBlocks)',
      'kubernetes.io: preserving the client source IP',
      'istio/istio issues 30895, 21916',
    ],
    messages: {
      gateway:
        '{policy}: {field} {written} is the address of the connection, and requests come to {pods} from gateway {gateway}; {effect}. The address of the client is in remoteIpBlocks.',
      node: '{policy}: {field} {written} never holds the address of a client, since {service} has externalTrafficPolicy {traffic} and nodes put their own address in its place; {effect}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'behind a gateway',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: edge, namespace: istio-system }
          spec:
            type: LoadBalancer
            externalTrafficPolicy: Local
            selector: { istio: edge }
            ports: [{ name: http, port: 80, targetPort: 8080 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec: { serviceAccountName: edge, containers: [{ name: istio-proxy, image: auto }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { istio: edge }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [istio-system/edge]
            http: [{ route: [{ destination: { host: cart } }] }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            rules:
              - from:
                  - source:
                      ipBlocks: [203.0.113.0/24] #~ gateway
        `,
      },
      {
        title: 'the nodes put their own address in its place',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: edge, namespace: istio-system }
          spec:
            type: LoadBalancer
            selector: { istio: edge }
            ports: [{ name: http, port: 80, targetPort: 8080 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec: { serviceAccountName: edge, containers: [{ name: istio-proxy, image: auto }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { istio: edge }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { matchLabels: { istio: edge } }
            rules:
              - from:
                  - source:
                      ipBlocks: [203.0.113.0/24] #~ node
        `,
      },
    ],
    good: [
      {
        title: 'the address of the client at the gateway',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: edge, namespace: istio-system }
          spec:
            type: LoadBalancer
            externalTrafficPolicy: Local
            selector: { istio: edge }
            ports: [{ name: http, port: 80, targetPort: 8080 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec: { serviceAccountName: edge, containers: [{ name: istio-proxy, image: auto }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { istio: edge }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { matchLabels: { istio: edge } }
            rules: [{ from: [{ source: { ipBlocks: [203.0.113.0/24] } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = policyToJudge(mesh, resource);
    if (policy?.dryRun !== false || (policy.action !== 'ALLOW' && policy.action !== 'DENY')) return;
    const told = new Set<ConditionValues>();
    for (const value of valuesOf(policy, ADDRESSES)) {
      if (value.negated || told.has(value.list) || !isPublic(value.list)) continue;
      told.add(value.list);
      const words = {
        policy: nameOf(resource),
        field: value.list.name,
        written: value.text,
        effect: effectOfFlaw(policy, value),
      };
      const hidden = hiddenBy(mesh, policy);
      if (hidden?.kind === 'gateway')
        report(
          value.list.field,
          'gateway',
          { ...words, pods: nameOf(hidden.pods.resource), gateway: nameOf(hidden.gateway.resource) },
          { onKey: true, related: [{ at: hidden.route.body.at('spec'), note: 'the route from the gateway' }] },
        );
      else if (hidden)
        report(
          value.list.field,
          'node',
          { ...words, service: nameOf(hidden.service.resource), traffic: hidden.traffic },
          {
            onKey: true,
            related: [{ at: hidden.service.resource.body.at('spec'), note: 'the Service of the gateway' }],
          },
        );
    }
  },
});

const ADDRESSES = new Set(['sourceIp'] as const);
const MOST = 50;

// Addresses inside networks: pods, nodes, and the way of a company into its cluster have such.
const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

/** Whether all addresses of a list are public ones, which neither pods nor nodes have. */
function isPublic({ items, open }: ConditionValues): boolean {
  return (
    !open &&
    items.length > 0 &&
    items.length <= MOST &&
    items.every((item) => {
      const text = item.text();
      if (text === undefined || (!isIpAddress(text) && !isIpPrefix(text))) return false;
      const range = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
      return !PRIVATE.some((inside) => prefixesOverlap(inside, range));
    })
  );
}

function hiddenBy(mesh: Mesh, policy: AuthorizationPolicy) {
  const workloads = workloadsUnder(mesh, policy).slice(0, MOST);
  const found = workloads.map((workload) =>
    workload.isGateway ? atGateway(mesh, workload) : behindGateway(mesh, policy, workload),
  );
  return found.includes(undefined) ? undefined : found[0];
}

function behindGateway(mesh: Mesh, policy: AuthorizationPolicy, pods: Workload) {
  if (mesh.sidecar(pods).present !== 'yes' || mesh.servicesOf(pods).some(isOpenOutside)) return undefined;
  const before = gatewaysBefore(mesh, pods).find(({ route }) => mesh.appliedTogether(route, policy.resource));
  return before && ({ kind: 'gateway', pods, ...before } as const);
}

function isOpenOutside({ type }: Service): boolean {
  return type === 'LoadBalancer' || type === 'NodePort';
}

// Balancers of clouds may keep the address, by annotations that are theirs.
const KEEPS = /proxy-protocol|nlb|preserve|target-type|loadbalancer-type|direct|local|source-ip/i;

function atGateway(mesh: Mesh, gateway: Workload) {
  const services = mesh.servicesOf(gateway).filter(isOpenOutside);
  const [service] = services;
  if (!service || services.length > 1 || gateway.hostNetwork) return undefined;
  const { body, annotations } = service.resource;
  const spec = body.at('spec');
  const written = spec.at('externalTrafficPolicy');
  if (spec.at('loadBalancerClass').hasValue || (written.hasValue && written.string() !== 'Cluster')) return undefined;
  if (annotations.entries().some(([key, value]) => KEEPS.test(key) || KEEPS.test(String(value)))) return undefined;
  return { kind: 'node', service, traffic: written.hasValue ? 'Cluster' : 'Cluster (what nobody writes)' } as const;
}
