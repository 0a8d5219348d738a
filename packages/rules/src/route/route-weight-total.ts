import { defineRule, type Field, nameOf, type Route, settledRoutes, virtualServiceToJudge } from '@meshvet/core';

export const routeWeightTotal = defineRule({
  meta: {
    id: 'route-weight-total',
    summary: 'The weights of a route do not say which share each destination gets.',
    why: 'Istio before 1.15 refuses weights of several destinations that do not total 100; since then they are shares, only a total of 0 is refused, and a single destination gets everything whatever its weight.',
    fix: 'Let the weights of a route total 100, or leave out the weight of a single destination.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['KIA1104'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateWeights; relative weights since 1.15)',
      'istio.io/docs/reference/config/networking/virtual-service/#HTTPRouteDestination',
      'kiali business/checkers/virtualservices/route_checker.go',
    ],
    messages: {
      total:
        '{route}: the weights of this {kind} route total {total}, and Istio before 1.15 refuses any other total than 100.',
      zero: '{route}: the weights of this {kind} route total 0, so no destination gets a request, and Istio refuses it.',
      shares:
        '{route}: the weights of this {kind} route total {total}, so they are shares and no percentages: {shares}.',
      single: '{route}: weight {weight} stands with the only destination of this {kind} route, which gets everything.',
    },
  },
  examples: {
    bad: [
      {
        title: 'weights before Istio 1.15',
        settings: { istioVersion: '1.14' },
        yaml: `
          apiVersion: networking.istio.io/v1beta1
          kind: VirtualService
          metadata: { name: reviews, namespace: shop }
          spec:
            hosts: [reviews]
            http:
              - route: #~ total \`route\`
                  - { destination: { host: reviews, subset: v1 }, weight: 80 }
                  - { destination: { host: reviews, subset: v2 }, weight: 10 }
        `,
      },
      {
        title: 'nothing for anybody; and a destination that was lost',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: reviews, namespace: shop }
          spec:
            hosts: [reviews]
            http:
              - match: [{ uri: { prefix: /a } }]
                route: #~ zero \`route\`
                  - { destination: { host: reviews, subset: v1 }, weight: 0 }
                  - { destination: { host: reviews, subset: v2 } }
              - route:
                  - destination: { host: reviews, subset: v1 }
                    weight: 80 #~ single \`80\`
        `,
      },
    ],
    good: [
      {
        title: 'percentages, and a single destination',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: reviews, namespace: shop }
          spec:
            hosts: [reviews]
            http:
              - match: [{ uri: { prefix: /a } }]
                route:
                  - { destination: { host: reviews, subset: v1 }, weight: 80 }
                  - { destination: { host: reviews, subset: v2 }, weight: 20 }
              - route: [{ destination: { host: reviews, subset: v1 } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    const exact = !mesh.istioAtLeast('1.15');
    for (const route of virtualService ? settledRoutes(virtualService) : []) {
      const weights = readWeights(route);
      const [first] = weights ?? [];
      if (!weights || !first) continue;
      const place = route.field.at('route');
      const words = { route: nameOf(resource), kind: route.kind };
      if (weights.length === 1) {
        const weight = first.number();
        if (weight !== undefined && weight > 0 && weight < 100)
          report(first, 'single', { ...words, weight }, { severity: 'warning', codes: ['KIA1104'] });
        continue;
      }
      const total = weights.reduce((sum, weight) => sum + (weight.number() ?? 0), 0);
      if (total === 100) continue;
      if (exact) report(place, 'total', { ...words, total }, { codes: [] });
      else if (total === 0 && route.destinations.some((d) => d.field.at('weight').exists)) continue;
      else if (total === 0) report(place, 'zero', words, { codes: [] });
      else
        report(
          place,
          'shares',
          { ...words, total, shares: sharesText(weights, total) },
          { severity: 'info', advice: true, codes: [] },
        );
    }
  },
});

// undefined where a weight is filled in later, or is no number.
function readWeights({ destinations }: Route): readonly Field[] | undefined {
  const weights = destinations.map((d) => d.entry.at('weight'));
  return weights.every((weight) => !weight.hasValue || (weight.number() ?? -1) >= 0) ? weights : undefined;
}

function sharesText(weights: readonly Field[], total: number): string {
  const shares = weights.map((weight) => `${Math.round(((weight.number() ?? 0) * 1000) / total) / 10} %`);
  return shares.slice(0, 6).join(', ');
}
