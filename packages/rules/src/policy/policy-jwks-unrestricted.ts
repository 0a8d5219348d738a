import { defineRule, type Field, type Mesh, nameOf, type Resource } from '@meshvet/core';
import { namesOf } from '../shared/words/policy-words.ts';

export const policyJwksUnrestricted = defineRule({
  meta: {
    id: 'policy-jwks-unrestricted',
    summary: 'istiod may fetch the keys of a RequestAuthentication from any address.',
    why: 'Who can write a RequestAuthentication can let istiod send requests to internal addresses.',
    fix: 'Set BLOCKED_CIDRS_IN_JWKS_URIS of istiod to the ranges it must not connect to (chart value pilot.env).',
    severity: 'info',
    advice: true,
    about: 'istio',
    subject: 'resource',
    types: ['apps/Deployment'],
    codes: ['IST0175'],
    since: '1.28',
    sources: [
      'istio.io/docs/reference/config/analysis/ist0175/',
      'istio/istio pkg/config/analysis/analyzers/authn/blockedcidrs.go',
      'istio/istio pilot/pkg/model/jwks_resolver.go',
    ],
    messages: {
      unrestricted:
        '{deployment} fetches keys for {policies} and may connect to any address; BLOCKED_CIDRS_IN_JWKS_URIS would name those it must not.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: istiod, namespace: istio-system, labels: { app: istiod } }
          spec:
            selector: { matchLabels: { app: istiod } }
            template:
              metadata: { labels: { app: istiod } }
              spec:
                containers:
                  - name: discovery
                    image: istio/pilot
                    env: [{ name: PILOT_TRACE_SAMPLING, value: "1" }] #~ unrestricted
          ---
          apiVersion: security.istio.io/v1
          kind: RequestAuthentication
          metadata: { name: jwt, namespace: shop }
          spec: { jwtRules: [{ issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys" }] }
        `,
      },
    ],
    good: [
      {
        title: 'the ranges are named',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: istiod, namespace: istio-system, labels: { app: istiod } }
          spec:
            selector: { matchLabels: { app: istiod } }
            template:
              metadata: { labels: { app: istiod } }
              spec:
                containers:
                  - name: discovery
                    image: istio/pilot
                    env: [{ name: BLOCKED_CIDRS_IN_JWKS_URIS, value: "10.0.0.0/8,169.254.0.0/16" }]
          ---
          apiVersion: security.istio.io/v1
          kind: RequestAuthentication
          metadata: { name: jwt, namespace: shop }
          spec: { jwtRules: [{ issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys" }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.type !== 'apps/Deployment' || resource.partial || resource.labels.get('app') !== 'istiod') return;
    const spec = resource.body.at('spec').at('template').at('spec');
    const containers = spec.at('containers').items() as Field[];
    const env = containers.flatMap((c) => c.at('env').items() as Field[]);
    // From a ConfigMap or a Secret it may come as well, and what is patched may bring it.
    if (containers.some((c) => c.at('envFrom').items().length > 0)) return;
    if (resource.rewrites?.texts.some((text) => text === '*' || text.includes('env'))) return;
    const blocked = env.find((e) => e.at('name').string() === 'BLOCKED_CIDRS_IN_JWKS_URIS');
    if (blocked && (blocked.at('valueFrom').hasValue || blocked.at('value').value !== '')) return;
    const fetching = mesh.derive(fetchingPolicies).filter((p) => mesh.settings.closedWorld || mesh.near(p, resource));
    if (fetching.length === 0) return;
    const discovery = containers.find((c) => c.at('name').string() === 'discovery') ?? containers[0];
    report(
      blocked?.at('value') ?? discovery?.at('env') ?? spec.at('containers'),
      'unrestricted',
      { deployment: nameOf(resource), policies: namesOf(fetching.map((p) => ({ name: nameOf(p) }))) },
      {
        related: fetching
          .slice(0, 3)
          .map((p) => ({ at: p.body.at('spec').at('jwtRules'), note: `keys for ${nameOf(p)}` })),
      },
    );
  },
});

// A rule with keys of its own in `jwks` fetches nothing; one without an address asks the issuer for it.
function fetchingPolicies(mesh: Mesh): readonly Resource[] {
  return mesh
    .ofType('security.istio.io/RequestAuthentication')
    .filter(
      (r) => !r.partial && (r.body.at('spec').at('jwtRules').items() as Field[]).some((j) => !j.at('jwks').hasValue),
    )
    .slice(0, MOST);
}

const MOST = 100;
