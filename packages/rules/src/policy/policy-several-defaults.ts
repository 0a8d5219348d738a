import {
  areRivals,
  defineRule,
  isAmbientNamespace,
  isReadOnce,
  type Mesh,
  nameOf,
  type PolicySelection,
  type Resource,
  scopeOf,
  selectionsByScope,
  selectionToJudge,
} from '@meshvet/core';
import { namesOf } from '../shared/words/policy-words.ts';

export const policySeveralDefaults = defineRule({
  meta: {
    id: 'policy-several-defaults',
    summary: 'Several objects of a kind hold for all pods of a namespace, and Istio reads only one of them.',
    why: 'Sidecar, Telemetry and PeerAuthentication do not add up: the oldest without a selector holds, and what the others say is lost.',
    fix: 'Put them into one object, or give each but one a selector.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/Sidecar', 'security.istio.io/PeerAuthentication', 'telemetry.istio.io/Telemetry'],
    codes: ['IST0111', 'IST0160', 'KIA0002'],
    sources: [
      'istio.io/docs/reference/config/networking/sidecar/',
      'istio.io/docs/reference/config/telemetry/',
      'istio.io/docs/reference/config/security/peer_authentication/',
      'istio/istio pkg/config/analysis/analyzers/sidecar/selector.go',
      'istio/istio pkg/config/analysis/analyzers/telemetry/defaultselector.go',
      'kiali business/checkers/common/multi_match_selector_checker.go',
    ],
    messages: {
      several:
        '{policy} holds for all pods of namespace {namespace}, and so {verb} {others}; Istio reads one of them, the oldest.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: shop }
          spec: #~ several
            egress: [{ hosts: ["./*", "istio-system/*"] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: payments, namespace: shop }
          spec: #~ several
            egress: [{ hosts: ["bank/*"] }]
        `,
      },
    ],
    good: [
      {
        title: 'one for the namespace, one for some pods',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: shop }
          spec: { egress: [{ hosts: ["./*", "istio-system/*"] }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: payments, namespace: shop }
          spec: { workloadSelector: { labels: { app: payments } }, egress: [{ hosts: ["bank/*"] }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (!isReadOnce(resource) || resource.name === '' || resource.rewrites?.namespace) return;
    const own = selectionToJudge(mesh, resource);
    if (!own || own.selector || own.attached || isEmptyOfAll(mesh, resource)) return;
    const rivals = (mesh.derive(selectionsByScope).get(scopeOf(resource)) ?? [])
      .slice(0, MOST)
      .filter((other) => !other.selector && areRivals(mesh, resource, other.resource));
    if (rivals.length === 0) return;
    report(
      placeOf(own),
      'several',
      {
        policy: nameOf(resource),
        namespace: resource.namespace ?? '',
        verb: rivals.length > 1 ? 'do' : 'does',
        others: namesOf(rivals.map((r) => r.resource)),
      },
      {
        codes: CODES[resource.kind] ?? [],
        related: rivals
          .slice(0, 3)
          .map((r) => ({ at: placeOf(r), note: `${nameOf(r.resource)} has no selector either` })),
      },
    );
  },
});

const MOST = 200;

const CODES: Readonly<Record<string, readonly string[]>> = {
  Sidecar: ['IST0111', 'KIA0002'],
  Telemetry: ['IST0160'],
  PeerAuthentication: ['KIA0002'],
};

// Where an empty selector is written it is the mistake; else there is only the spec that lacks one.
function placeOf({ field, written, resource }: PolicySelection) {
  return written ? field : resource.body.at('spec');
}

// In an ambient namespace no Sidecar is read at all: that is told once, by the rule about it.
function isEmptyOfAll(mesh: Mesh, { type, namespace }: Resource): boolean {
  if (type !== 'networking.istio.io/Sidecar') return false;
  const found = mesh.namespace(namespace ?? '');
  return found.state === 'found' && found.value.every((n) => isAmbientNamespace(n.resource.labels));
}
