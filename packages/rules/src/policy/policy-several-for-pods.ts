import {
  areRivals,
  defineRule,
  type Endpoint,
  endpointsSelected,
  isAmbientEndpoint,
  isReadOnce,
  type Mesh,
  nameOf,
  type PolicySelection,
  type Resource,
  scopeOf,
  selectionsByScope,
  selectionToJudge,
} from '@meshvet/core';
import { namesOf, selectorWords } from '../shared/words/policy-words.ts';

export const policySeveralForPods = defineRule({
  meta: {
    id: 'policy-several-for-pods',
    summary: 'Several objects of a kind select the same pods, and Istio reads only one of them.',
    why: 'Of Sidecar, Telemetry and PeerAuthentication one holds for a pod, as a rule the oldest, and what the others say is lost.',
    fix: 'Put them into one object, or let their selectors pick different pods.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/Sidecar', 'security.istio.io/PeerAuthentication', 'telemetry.istio.io/Telemetry'],
    codes: ['IST0110', 'IST0159', 'KIA0003'],
    sources: [
      'istio.io/docs/reference/config/networking/sidecar/',
      'istio.io/docs/reference/config/telemetry/',
      'istio/istio pkg/config/analysis/analyzers/sidecar/selector.go',
      'istio/istio pkg/config/analysis/analyzers/telemetry/selector.go',
      'kiali business/checkers/common/multi_match_selector_checker.go',
    ],
    messages: {
      several: '{policy} selects {pods}, and so {verb} {others}; Istio reads one of them, as a rule the oldest.',
    },
  },
  examples: {
    bad: [
      {
        title: 'by two labels of one workload',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: cart, namespace: shop }
          spec:
            workloadSelector: { labels: { app: cart } } #~ several \`cart\`
            egress: [{ hosts: ["./*"] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: backends, namespace: shop }
          spec:
            workloadSelector: { labels: { tier: backend } } #~ several \`backend\`
            egress: [{ hosts: ["data/*"] }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, tier: backend } }
              spec: { containers: [{ name: cart, image: shop/cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'no workload has both labels',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: cart, namespace: shop }
          spec: { workloadSelector: { labels: { app: cart } }, egress: [{ hosts: ["./*"] }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: backends, namespace: shop }
          spec: { workloadSelector: { labels: { tier: backend } }, egress: [{ hosts: ["data/*"] }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: shop/cart }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (!isReadOnce(resource) || resource.name === '' || resource.rewrites?.namespace) return;
    const own = selectionToJudge(mesh, resource);
    // PeerAuthentications with a selector in the root namespace select nothing.
    if (!own?.selector || own.attached) return;
    const rivals = (mesh.derive(selectionsByScope).get(scopeOf(resource)) ?? [])
      .slice(0, MOST)
      .filter((other) => other.selector && areRivals(mesh, resource, other.resource));
    if (rivals.length === 0) return;
    const pods = podsOf(mesh, own);
    const meeting = rivals.flatMap((rival) => {
      const both = podsOf(mesh, rival);
      const shared = [...pods].find((e) => both.has(e));
      return shared ? [{ rival, shared }] : [];
    });
    const [first] = meeting;
    if (!first) return;
    report(
      placeOf(own),
      'several',
      {
        policy: nameOf(resource),
        pods: nameOf(first.shared.resource),
        verb: meeting.length > 1 ? 'do' : 'does',
        others: namesOf(meeting.map((m) => m.rival.resource)),
      },
      {
        codes: CODES[resource.kind] ?? [],
        related: [
          ...meeting.slice(0, 3).map(({ rival }) => ({
            at: placeOf(rival),
            note: `${nameOf(rival.resource)} selects ${selectorWords(rival)}`,
          })),
          { at: first.shared.labels.field, note: 'the labels that both select' },
        ],
      },
    );
  },
});

const MOST = 100;

const CODES: Readonly<Record<string, readonly string[]>> = {
  Sidecar: ['IST0110', 'KIA0003'],
  Telemetry: ['IST0159'],
  PeerAuthentication: ['KIA0003'],
};

function placeOf({ selector, field }: PolicySelection) {
  return selector?.requirements?.[0]?.field ?? field;
}

// Only what surely stands beside the policy: pods of an overlay are not those of the other. Ambient pods read no Sidecar at all.
function podsOf(mesh: Mesh, selection: PolicySelection): ReadonlySet<Endpoint> {
  const known = mesh.derive(podsByPolicy);
  let pods = known.get(selection.resource);
  if (!pods) known.set(selection.resource, (pods = findPods(mesh, selection)));
  return pods;
}

function podsByPolicy(): Map<Resource, ReadonlySet<Endpoint>> {
  return new Map();
}

function findPods(mesh: Mesh, selection: PolicySelection): ReadonlySet<Endpoint> {
  const { resource } = selection;
  return new Set(
    endpointsSelected(mesh, selection).endpoints.filter(
      (e) =>
        e.resource.namespace === resource.namespace &&
        mesh.together(e.resource, resource) &&
        !(resource.kind === 'Sidecar' && isAmbientEndpoint(mesh, e)),
    ),
  );
}
