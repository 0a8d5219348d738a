import {
  defineRule,
  type Field,
  isForMesh,
  type Mesh,
  nameOf,
  type Route,
  type Severity,
  settledRoutes,
  type UnmetCondition,
  unmetCondition,
  type VirtualService,
  virtualServiceToJudge,
} from '@meshvet/core';

export const routeMatchUnmet = defineRule({
  meta: {
    id: 'route-match-unmet',
    summary: 'A match of a VirtualService asks for a port, a gateway or callers that no proxy with this route has.',
    why: 'istiod leaves the match out of the configuration of every proxy, so its requests fall to other rules; where no rule is left a gateway answers 404.',
    fix: 'Write a port of the Gateway server or of the Service, a gateway that spec.gateways lists, or add mesh to spec.gateways where callers inside the mesh are meant.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    sources: [
      'istio/istio pilot/pkg/networking/core/route/route.go (TranslateRoute, sourceMatchHTTP)',
      'istio.io/docs/reference/config/networking/virtual-service/#HTTPMatchRequest',
    ],
    messages: {
      port: '{route}: {kind} rule {rule} matches port {port}, and those that have its hosts listen on {known}; the match never holds.',
      gateways:
        '{route}: {kind} rule {rule} matches gateway {named}, and spec.gateways has {known} alone; the match never holds.',
      labels:
        '{route}: {kind} rule {rule} matches callers by sourceLabels {labels}, and {readers}; the match never holds.',
      namespace:
        '{route}: {kind} rule {rule} matches callers of namespace {namespace}, and {readers}; the match never holds.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a port that the Gateway does not open, and callers inside the mesh at a gateway',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: edge }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: [shop.example.com]
                tls: { mode: SIMPLE, credentialName: shop }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: batch, namespace: shop }
          spec:
            selector: { matchLabels: { app: batch } }
            template:
              metadata: { labels: { app: batch } }
              spec: { containers: [{ name: batch, image: batch }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [front]
            http:
              - match:
                  - port: 80 #~ port \`80\`
                route: [{ destination: { host: cart } }]
              - match:
                  - sourceLabels: { app: batch } #~ labels
                route: [{ destination: { host: cart, subset: v2 } }]
              - route: [{ destination: { host: cart } }]
        `,
      },
    ],
    good: [
      {
        title: 'a port of the Gateway; callers of the mesh where the route is for the mesh too',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: edge }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: [shop.example.com]
                tls: { mode: SIMPLE, credentialName: shop }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [front, mesh]
            http:
              - match: [{ port: 443, gateways: [front] }]
                route: [{ destination: { host: cart } }]
              - match: [{ sourceLabels: { app: batch } }]
                route: [{ destination: { host: cart, subset: v2 } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService) return;
    const rules = settledRoutes(virtualService)
      .slice(0, MOST)
      .map((route) => judge(mesh, virtualService, route));
    const nothingLeft = rules.length > 0 && rules.length === virtualService.routes.length && rules.every((r) => r.lost);
    const counts = new Map<string, number>();
    for (const { route, unmet, lost } of rules) {
      const index = counts.get(route.kind) ?? 0;
      counts.set(route.kind, index + 1);
      const name = route.kind === 'http' ? route.field.at('name').string() : undefined;
      const words = { route: nameOf(resource), kind: route.kind, rule: name ? `"${name}"` : `#${index}` };
      // Of several matches of a rule one may be for another installation of the same manifest.
      const severity: Severity = nothingLeft && !isForMesh(virtualService) ? 'error' : lost ? 'warning' : 'info';
      for (const condition of unmet) tell(condition, words, severity);
    }

    function tell(
      { kind, field, known, pods }: UnmetCondition,
      words: { readonly route: string; readonly kind: string; readonly rule: string },
      severity: Severity,
    ): void {
      const related = pods.slice(0, 3).map((pod) => ({
        at: pod.podLabels.field,
        note: `these pods have the labels, and do not read this route`,
      }));
      const gateways = virtualService?.gateways.filter((g) => !g.mesh).map((g) => g.written) ?? [];
      const only = `only the pods of Gateway ${gateways.join(', ')} read this route`;
      switch (kind) {
        case 'port':
          report(field, 'port', { ...words, port: field.number() ?? 0, known: known.join(', ') }, { severity });
          break;
        case 'gateways': {
          const named = (field.items() as Field[]).map((f) => f.string()).join(', ');
          report(field, 'gateways', { ...words, named, known: known.slice(0, 5).join(', ') }, { severity });
          break;
        }
        case 'sourceLabels': {
          const labels = field.entries().map(([key, value]) => `${key}=${value.text() ?? ''}`);
          const readers = known.length > 0 ? `${only}, and they have others` : 'no pods that read this route have them';
          report(field, 'labels', { ...words, labels: labels.slice(0, 5).join(','), readers }, { severity, related });
          break;
        }
        case 'sourceNamespace': {
          const readers =
            known.length > 0 ? `${only}, and they run in ${known.join(', ')}` : 'none of its pods reads this route';
          report(field, 'namespace', { ...words, namespace: field.string() ?? '', readers }, { severity });
        }
      }
    }
  },
});

const MOST = 1000;
const MOST_MATCHES = 200;

interface Judged {
  readonly route: Route;
  readonly unmet: readonly UnmetCondition[];
  /** None of its matches can hold. */
  readonly lost: boolean;
}

function judge(mesh: Mesh, virtualService: VirtualService, route: Route): Judged {
  const matches = route.field.at('match').items() as Field[];
  const unmet = matches.slice(0, MOST_MATCHES).flatMap((match) => unmetCondition(mesh, virtualService, match) ?? []);
  return { route, unmet, lost: matches.length > 0 && unmet.length === matches.length };
}
