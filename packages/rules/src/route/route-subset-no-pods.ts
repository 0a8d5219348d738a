import {
  carries,
  type DestinationRule,
  defineRule,
  destinationRuleToJudge,
  destinationsOf,
  type Endpoint,
  endpointsByLabel,
  endpointsOf,
  type HostTarget,
  hostTargets,
  lookupHost,
  type Mesh,
  nameOf,
  type Subset,
  virtualServices,
} from '@meshvet/core';
import { TOPOLOGY_LABELS } from '../shared/refusals/load-balancers.ts';
import { hostText, targetText } from '../shared/words/route-words.ts';

export const routeSubsetNoPods = defineRule({
  meta: {
    id: 'route-subset-no-pods',
    summary: 'The labels of a subset match none of the pods behind its host.',
    why: 'The subset has no endpoint, so every request that is routed to it gets 503 (no healthy upstream).',
    fix: 'Write labels that the pod template carries beside those of the Service selector, or add the workload of this version.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/DestinationRule'],
    codes: ['IST0173', 'KIA0203'],
    sources: [
      'istio.io/docs/reference/config/networking/destination-rule/#Subset',
      'istio/istio pkg/config/analysis/analyzers/destinationrule/subset.go',
      'kiali business/checkers/destinationrules/no_dest_checker.go',
    ],
    messages: {
      none: '{rule}: subset "{subset}" of {host} selects {labels}, and nothing behind {target} has that{value}.',
      emptyTopology:
        '{rule}: subset "{subset}" asks for an empty {key}, and Istio gives an endpoint that label only with a value.',
    },
  },
  examples: {
    bad: [
      {
        title: 'no workload of this version',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: reviews, namespace: shop }
          spec: { selector: { app: reviews }, ports: [{ name: http, port: 9080 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: reviews, namespace: shop }
          spec:
            selector: { matchLabels: { app: reviews } }
            template:
              metadata: { labels: { app: reviews, version: v1 } }
              spec: { containers: [{ name: reviews, image: reviews }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: reviews, namespace: shop }
          spec:
            host: reviews
            subsets:
              - name: v1
                labels: { version: v1 }
              - name: v2
                labels: { version: v2 } #~ none \`labels\`
        `,
      },
    ],
    good: [
      {
        title: 'each subset has its pods; topology labels come from the nodes',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: reviews, namespace: shop }
          spec: { selector: { app: reviews }, ports: [{ name: http, port: 9080 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: reviews, namespace: shop }
          spec:
            selector: { matchLabels: { app: reviews } }
            template:
              metadata: { labels: { app: reviews, version: v1 } }
              spec: { containers: [{ name: reviews, image: reviews }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: reviews, namespace: shop }
          spec:
            host: reviews
            subsets:
              - name: v1
                labels: { version: v1 }
              - name: near
                labels: { version: v1, topology.kubernetes.io/region: eu }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const rule = destinationRuleToJudge(mesh, resource);
    if (!rule?.host || rule.host.wildcard || !rule.subsetsKnown) return;
    const lookup = lookupHost(mesh, rule.host.written, resource);
    const targets = lookup.state === 'found' ? lookup.value : [];
    const places = targets.map((target) => ({ target, ...endpointsOf(mesh, target) }));
    for (const subset of rule.subsets) {
      const { labels, field, name = '' } = subset;
      if (!labels || labels.length === 0) continue;
      const words = { rule: nameOf(resource), subset: name };
      const empty = labels.find(([key, value]) => value === '' && TOPOLOGY_LABELS.has(key));
      if (empty) {
        report(field.at('labels').at(empty[0]), 'emptyTopology', { ...words, key: empty[0] }, { severity: 'warning' });
        continue;
      }
      const asked = labels.filter(([key]) => !isMadeLater(key));
      const [first] = places;
      if (asked.length === 0 || !first) continue;
      // Some manifest of the host with endpoints nobody has seen, or one that fits: nothing to say.
      if (places.some((p) => p.open || (p.endpoints.length === 0 && !mesh.settings.closedWorld))) continue;
      if (places.some((p) => p.endpoints.some((e) => carries(e, asked) !== 'no'))) continue;
      if (isMadeByAnother(mesh, first.target)) continue;
      const endpoints = places.flatMap((p) => p.endpoints);
      const sure =
        mesh.settings.closedWorld ||
        (targets.every((t) => mesh.together(t.resource, resource) || mesh.near(t.resource, resource)) &&
          endpoints.every((e) => mesh.together(e.resource, first.target.resource)));
      report(
        field.at('labels'),
        'none',
        {
          ...words,
          host: hostText({ host: rule.host }),
          labels: asked.map(([key, value]) => `${key}=${value}`).join(','),
          target: targetText(first.target),
          value: valuesText(asked, endpoints),
        },
        {
          severity: sure && isUsed(mesh, rule, subset) ? 'error' : 'warning',
          codes: codesOf(mesh, asked, first.target),
          related: endpoints
            .slice(0, 3)
            .map((e) => ({ at: e.labels.field, note: `the labels of ${nameOf(e.resource)}` })),
        },
      );
    }
  },
});

// Labels that controllers, the injector or istiod give to pods or endpoints; no manifest tells their values.
const MADE_LATER: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'rollouts-pod-template-hash',
  'controller-revision-hash',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'kubernetes.io/hostname',
  'istio.io/rev',
  'security.istio.io/tlsMode',
  'service.istio.io/canonical-name',
  'service.istio.io/canonical-revision',
]);

function isMadeLater(key: string): boolean {
  return key.startsWith('topology.') || MADE_LATER.has(key);
}

// Something like Flagger makes workloads out of those of the input: of which labels, nobody sees.
function isMadeByAnother(mesh: Mesh, target: HostTarget): boolean {
  const makers = mesh.derive(makersOfPods);
  return makers.has(target.resource.name);
}

function makersOfPods(mesh: Mesh): ReadonlySet<string> {
  const kinds = ['flagger.app/Canary', 'kafka.strimzi.io/Kafka', 'serving.knative.dev/Service'];
  return new Set(kinds.flatMap((kind) => mesh.ofType(kind).map((r) => r.name)));
}

// Only a subset that some route uses breaks requests.
function isUsed(mesh: Mesh, { host }: DestinationRule, { name }: Subset): boolean {
  return mesh.derive(usedSubsets).has(`${host?.fqdn} ${name}`);
}

function usedSubsets(mesh: Mesh): ReadonlySet<string> {
  return new Set(
    mesh
      .derive(virtualServices)
      .flatMap(destinationsOf)
      .map((d) => `${d.host?.fqdn} ${d.subset}`),
  );
}

// istioctl looks at the pods of all namespaces, Kiali at those behind the host.
function codesOf(mesh: Mesh, asked: readonly (readonly [string, string])[], target: HostTarget): readonly string[] {
  const [key, value] = asked[0] as readonly [string, string];
  const anywhere = (mesh.derive(endpointsByLabel).byPair.get(`${key}\n${value}`) ?? [])
    .slice(0, 400)
    .some((e) => e.workload && carries(e, asked) === 'yes');
  const ofHost = mesh.derive(hostTargets).at(target.host).length > 0;
  return anywhere ? (ofHost ? ['KIA0203'] : []) : ['IST0173', 'KIA0203'];
}

// "; app.kubernetes.io/version there is v1, v2", where the key is one that the endpoints have.
function valuesText(asked: readonly (readonly [string, string])[], endpoints: readonly Endpoint[]): string {
  for (const [key, value] of asked) {
    const own = endpoints.map((e) => e.labels.get(key));
    if (own.includes(value)) continue;
    const known = [...new Set(own.filter((v) => v !== undefined))].sort();
    return known.length > 0 ? `: there ${key} is ${known.slice(0, 5).join(', ')}` : `: there is no label ${key}`;
  }
  return '';
}
