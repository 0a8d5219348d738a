import {
  defineRule,
  destinationRules,
  type Field,
  isPatchedAt,
  type Mesh,
  nameOf,
  type Resource,
  type VirtualService,
  virtualServices,
} from '@meshvet/core';

export const routeRolloutInvalid = defineRule({
  meta: {
    id: 'route-rollout-invalid',
    summary: 'A Rollout steers traffic by a route or a subset that is not there.',
    why: 'The controller of Argo Rollouts finds no such http route or subset, marks the Rollout as InvalidSpec and stops: no new version goes out.',
    fix: 'Name an http route of the VirtualService, and subsets of the DestinationRule.',
    severity: 'warning',
    subject: 'resource',
    types: ['argoproj.io/Rollout'],
    about: 'istio',
    judgedAround: true,
    sources: [
      'argoproj/argo-rollouts docs/features/traffic-management/istio.md',
      'argoproj/argo-rollouts rollout/trafficrouting/istio/istio.go',
    ],
    messages: {
      route: '{rollout} steers http route "{route}" of {virtualService}, which has no route of that name ({names}).',
      several:
        '{rollout} names no route, and {virtualService} has {count} http routes: the controller has to be told which of them it steers.',
      subset: '{rollout} steers subset "{subset}" of {rule}, which has no such subset ({names}).',
    },
  },
  examples: {
    bad: [
      {
        title: 'the route is called primary',
        yaml: `
          apiVersion: argoproj.io/v1alpha1
          kind: Rollout
          metadata: { name: pay, namespace: shop }
          spec:
            selector: { matchLabels: { app: pay } }
            template:
              metadata: { labels: { app: pay } }
              spec: { containers: [{ name: pay, image: pay }] }
            strategy:
              canary:
                trafficRouting:
                  istio:
                    virtualService:
                      name: pay
                      routes: [main] #~ route \`main\`
                    destinationRule: { name: pay, canarySubsetName: next, stableSubsetName: stable } #~ subset \`next\`
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: pay, namespace: shop }
          spec:
            hosts: [pay]
            http:
              - name: primary
                route: [{ destination: { host: pay, subset: stable } }, { destination: { host: pay, subset: canary } }]
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: pay, namespace: shop }
          spec: { host: pay, subsets: [{ name: stable, labels: { app: pay } }, { name: canary, labels: { app: pay } }] }
        `,
      },
    ],
    good: [
      {
        title: 'both names are there; one route needs none',
        yaml: `
          apiVersion: argoproj.io/v1alpha1
          kind: Rollout
          metadata: { name: pay, namespace: shop }
          spec:
            selector: { matchLabels: { app: pay } }
            template:
              metadata: { labels: { app: pay } }
              spec: { containers: [{ name: pay, image: pay }] }
            strategy:
              canary:
                canaryService: pay-canary
                stableService: pay
                trafficRouting: { istio: { virtualServices: [{ name: pay, routes: [primary] }, { name: other }] } }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: pay, namespace: shop }
          spec: { hosts: [pay], http: [{ name: primary, route: [{ destination: { host: pay } }] }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.type !== 'argoproj.io/Rollout' || resource.partial || isPatchedAt(resource, 'spec', 'strategy'))
      return;
    const istio = resource.body.at('spec').at('strategy').at('canary').at('trafficRouting').at('istio');
    const rollout = nameOf(resource);
    const listed = istio.at('virtualServices').items() as Field[];
    for (const field of listed.length > 0 ? listed.slice(0, MOST) : [istio.at('virtualService')]) {
      const virtualService = virtualServiceFor(mesh, resource, field.at('name').string());
      if (!virtualService) continue;
      const http = virtualService.routes.filter((route) => route.kind === 'http');
      const names = http.map((route) => route.field.at('name').text());
      const words = { rollout, virtualService: nameOf(virtualService.resource) };
      const related = [{ at: virtualService.spec.at('http'), note: 'its http routes' }];
      const routes = field.at('routes').items() as Field[];
      if (routes.length === 0 && http.length > 1 && !field.at('tcpRoutes').hasValue && !field.at('tlsRoutes').hasValue)
        report(field.at('name'), 'several', { ...words, count: http.length }, { related });
      for (const route of routes.slice(0, MOST)) {
        const name = route.string();
        if (name === undefined || names.includes(name)) continue;
        report(route, 'route', { ...words, route: name, names: listedNames(names) }, { related });
      }
    }
    const rule = istio.at('destinationRule');
    const found = destinationRules(mesh).find(
      (r) => r.resource.namespace === resource.namespace && r.resource.name === rule.at('name').string(),
    );
    if (!found?.subsetsKnown) return;
    const names = found.subsets.map((s) => s.name);
    for (const key of ['canarySubsetName', 'stableSubsetName']) {
      const subset = rule.at(key).string();
      if (subset === undefined || names.includes(subset)) continue;
      report(
        rule.at(key),
        'subset',
        { rollout, subset, rule: nameOf(found.resource), names: listedNames(names) },
        { related: [{ at: found.resource.body.at('spec').at('subsets'), note: 'its subsets' }] },
      );
    }
  },
});

const MOST = 20;

/** The VirtualService that a Rollout names, `name` or `name.namespace`, where it was read once and is all written. */
function virtualServiceFor(
  mesh: Mesh,
  { namespace }: Resource,
  written: string | undefined,
): VirtualService | undefined {
  if (written === undefined) return undefined;
  const [name, other] = written.split('.', 2);
  const named = mesh
    .derive(virtualServices)
    .filter(({ resource }) => resource.name === name && resource.namespace === (other ?? namespace));
  const [only] = named;
  if (named.length !== 1 || !only || isPatchedAt(only.resource, 'spec', 'http')) return undefined;
  return only.spec.at('http').isList ? only : undefined;
}

function listedNames(names: readonly (string | undefined)[]): string {
  const written = names.filter((name) => name !== undefined && name !== '');
  return written.length === 0 ? 'its routes have no names' : `it has ${written.slice(0, 5).join(', ')}`;
}
