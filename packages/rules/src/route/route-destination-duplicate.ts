import { type Destination, defineRule, type Field, nameOf, settledRoutes, virtualServiceToJudge } from '@meshvet/core';
import { hostText } from '../shared/words/route-words.ts';

export const routeDestinationDuplicate = defineRule({
  meta: {
    id: 'route-destination-duplicate',
    summary: 'A route lists one destination twice.',
    why: 'Both entries reach the same endpoints, so the split between them divides nothing; most likely one was meant for another subset.',
    fix: 'Write the other subset or host that was meant, or put both weights into one entry.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['KIA1105'],
    sources: [
      'istio.io/docs/reference/config/networking/virtual-service/#HTTPRouteDestination',
      'kiali business/checkers/virtualservices/route_checker.go',
    ],
    messages: {
      duplicate:
        '{route}: {destination} stands {times} times in this route; a split between equal destinations divides nothing.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: reviews, namespace: shop }
          spec:
            hosts: [reviews]
            http:
              - route:
                  - { destination: { host: reviews, subset: v1 }, weight: 80 } #~ duplicate
                  - { destination: { host: reviews.shop.svc.cluster.local, subset: v1 }, weight: 20 } #~ duplicate
        `,
      },
    ],
    good: [
      {
        title: 'two subsets; two ports; two sets of headers',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: reviews, namespace: shop }
          spec:
            hosts: [reviews]
            http:
              - route:
                  - { destination: { host: reviews, subset: v1 }, weight: 60 }
                  - { destination: { host: reviews, subset: v2 }, weight: 20 }
                  - { destination: { host: reviews, subset: v2, port: { number: 81 } }, weight: 10 }
                  - { destination: { host: reviews, subset: v2 }, weight: 10, headers: { request: { set: { x-canary: "1" } } } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    for (const { destinations } of virtualService ? settledRoutes(virtualService) : []) {
      const groups = new Map<string, Destination[]>();
      for (const destination of destinations) {
        const key = keyOf(destination);
        if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []).slice(0, MOST), destination]);
      }
      for (const group of groups.values()) {
        if (group.length < 2) continue;
        for (const destination of group) {
          const { hostField, subset } = destination;
          const text = hostText(destination) + (subset === undefined ? '' : ` with subset "${subset}"`);
          const other = group.find((d) => d !== destination) as Destination;
          report(
            hostField,
            'duplicate',
            { route: nameOf(resource), destination: text, times: group.length },
            { related: [{ at: other.hostField, note: 'the same destination' }] },
          );
        }
      }
    }
  },
});

const MOST = 20;

// What makes entries differ on purpose counts too. undefined where some of it is filled in later.
function keyOf({ host, subset, subsetField, portField, entry }: Destination): string | undefined {
  if (!host || (subsetField.hasValue && subset === undefined && subsetField.value !== '')) return undefined;
  return JSON.stringify([host.fqdn, subset ?? '', plain(portField), plain(entry.at('headers'))]);
}

function plain(field: Field): unknown {
  return field.hasValue ? field.value : null;
}
