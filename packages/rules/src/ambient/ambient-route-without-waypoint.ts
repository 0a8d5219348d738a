import { defineRule, nameOf, type Resource, ruleSettings, type UnheldRoute, unheldRoutes } from '@meshvet/core';

/** Kiali's codes: for a Service without waypoint, for a rule in another namespace, and for hosts that it does not know. */
const CODES: Readonly<Record<string, { service: string; foreign: string; host: string }>> = {
  VirtualService: { service: 'KIA1113', foreign: 'KIA1114', host: 'KIA1109' },
  DestinationRule: { service: 'KIA0211', foreign: 'KIA0212', host: 'KIA0210' },
};

export const ambientRouteWithoutWaypoint = defineRule({
  meta: {
    id: 'ambient-route-without-waypoint',
    summary: 'A route or DestinationRule is for a Service in ambient mode, and no waypoint of the Service reads it.',
    why: 'The ztunnel balances connections and reads neither routes nor DestinationRules: weights, matches, timeouts, retries and outlier detection do nothing for callers in ambient mode.',
    fix: 'Let the Service or its Namespace name a waypoint in istio.io/use-waypoint, and keep the route in the namespace of the Service.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    types: [
      'networking.istio.io/VirtualService',
      'networking.istio.io/DestinationRule',
      'gateway.networking.k8s.io/HTTPRoute',
      'gateway.networking.k8s.io/GRPCRoute',
    ],
    codes: ['KIA0210', 'KIA0211', 'KIA0212', 'KIA1109', 'KIA1113', 'KIA1114'],
    since: '1.22',
    sources: [
      'istio/istio pilot/pkg/networking/core/listener_waypoint.go (getVirtualServiceForWaypoint)',
      'istio/istio pilot/pkg/model/push_context.go (destinationRule)',
      'istio.io: Use Layer 7 features (ambient)',
      'kiali business/checkers/ambient_policy_checker.go',
    ],
    messages: {
      waypoint:
        '{resource} is for {target}, which has no waypoint ({reason}); ztunnel does not read it, so callers in ambient mode do not hold to it{others}.',
      namespace:
        '{resource} is for {target}, whose waypoint {waypoint} does not look into namespace {namespace}, but into its own, that of the Service{root}; callers in ambient mode do not hold to it{others}.',
      unknown:
        '{resource}: the pods of namespace {namespace} are in ambient mode, and ztunnel does not read it; nothing that was read answers for {host}, and no waypoint stands before it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a split of traffic that nobody makes',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts:
              - cart #~ waypoint
            http:
              - route:
                  - { destination: { host: cart }, weight: 90 }
                  - { destination: { host: cart-next }, weight: 10 }
        `,
      },
      {
        title: 'the waypoint does not look into the namespace of its callers',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: web, labels: { istio.io/dataplane-mode: ambient } }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: waypoint, namespace: shop }
          spec:
            gatewayClassName: istio-waypoint
            listeners: [{ name: mesh, port: 15008, protocol: HBONE }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: web }
          spec:
            host: cart.shop.svc.cluster.local #~ namespace
            trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } }
        `,
      },
    ],
    good: [
      {
        title: 'the Service has a waypoint, which reads the route beside it',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http: [{ timeout: 2s, route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const isRule = resource.kind === 'DestinationRule';
    const settings = isRule ? ruleSettings(resource.body.at('spec')) : undefined;
    if (settings && !settings.any && !settings.tls) return;
    for (const route of unheldRoutes(mesh, resource)) {
      const { why, field, target, host } = route;
      // mTLS to pods of the mesh is what ztunnel speaks; TLS to others nobody begins but a waypoint.
      if (settings && !settings.any && target?.type === 'Service') continue;
      const options = {
        codes: codesOf(resource, route, settings ? settings.http : hasHttp(resource)),
        severity: route.read || why === 'nothing' || (route.foreign && !route.fromAmbient) ? 'info' : 'warning',
        related: target ? [{ at: target.body.at('metadata').at('name'), note: 'what it is for' }] : [],
      } as const;
      const { namespace = '' } = resource;
      const name = nameOf(resource);
      if (!target) {
        report(field, 'unknown', { resource: name, namespace, host }, options);
        continue;
      }
      const others = route.read ? (isRule ? '; sidecars and gateways do' : '; sidecars do') : '';
      if (why === 'namespace') {
        const root = isRule ? ' and the root namespace' : '';
        const waypoint = route.waypoint ?? '';
        report(
          field,
          'namespace',
          { resource: name, target: nameOf(target), waypoint, namespace, root, others },
          options,
        );
        continue;
      }
      const reason =
        why === 'refused'
          ? 'label istio.io/use-waypoint says none'
          : `neither the ${target.kind} nor its namespace has label istio.io/use-waypoint`;
      report(field, 'waypoint', { resource: name, target: nameOf(target), reason, others }, options);
    }
  },
});

function hasHttp({ body }: Resource): boolean {
  return body.at('spec').at('http').items().length > 0 || body.at('spec').at('tls').items().length > 0;
}

function codesOf({ kind }: Resource, { why, target, foreign, fromAmbient }: UnheldRoute, http: boolean): string[] {
  const codes = CODES[kind];
  if (!codes || !http) return [];
  // A ServiceEntry is no Service, and of other hosts Kiali looks at the namespace that asks.
  if (target?.type !== 'Service') return fromAmbient ? [codes.host] : [];
  return [...(why === 'namespace' ? [] : [codes.service]), ...(foreign ? [codes.foreign] : [])];
}
