import {
  type Attribute,
  authorizationPoliciesFor,
  conditionsOf,
  defineRule,
  isSystemNamespace,
  type Mesh,
  nameOf,
  requestAuthenticationOf,
  requestAuthenticationsFor,
  virtualServices,
  type Workload,
} from '@meshvet/core';

export const policyTokenOptional = defineRule({
  meta: {
    id: 'policy-token-optional',
    summary: 'A RequestAuthentication stands alone: requests without any token get in.',
    why: 'It refuses bad tokens only; that a token is there at all is asked by an AuthorizationPolicy alone.',
    fix: 'Write an AuthorizationPolicy for the same pods that denies notRequestPrincipals ["*"], or allows requestPrincipals.',
    severity: 'info',
    advice: true,
    strict: 'info',
    subject: 'resource',
    types: ['security.istio.io/RequestAuthentication'],
    since: '1.5',
    sources: [
      'istio.io/docs/reference/config/security/request_authentication/',
      'istio.io/docs/tasks/security/authentication/authn-policy/#require-a-valid-token',
    ],
    messages: {
      optional:
        '{policy}: requests without a token get in at {pods}, since no AuthorizationPolicy there asks for one; bad tokens alone are refused.',
    },
  },
  examples: {
    bad: [
      {
        settings: { closedWorld: true },
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
          apiVersion: security.istio.io/v1
          kind: RequestAuthentication
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            jwtRules: #~ optional
              - issuer: https://id.example.com
        `,
      },
    ],
    good: [
      {
        title: 'a policy asks for the token',
        settings: { closedWorld: true },
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
          apiVersion: security.istio.io/v1
          kind: RequestAuthentication
          metadata: { name: cart, namespace: shop }
          spec: { selector: { matchLabels: { app: cart } }, jwtRules: [{ issuer: "https://id.example.com" }] }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            action: DENY
            rules: [{ from: [{ source: { notRequestPrincipals: ["*"] } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const authentication = requestAuthenticationOf(mesh, resource);
    if (!authentication || !mesh.settings.closedWorld || isSystemNamespace(resource.namespace)) return;
    if (authentication.rules.length === 0) return;
    const held = mesh.workloads.filter((w) => requestAuthenticationsFor(mesh, w).inForce.includes(authentication));
    const [first] = held;
    if (!first || !held.every((workload) => isOptional(mesh, workload))) return;
    // A claim that routes requests tells those with a token from those without, which is a use of its own.
    if (held.some((w) => w.isGateway) && mesh.derive(routesByClaim)) return;
    const words = { policy: nameOf(resource), pods: nameOf(first.resource) };
    report(resource.body.at('spec').at('jwtRules'), 'optional', words, { onKey: true });
  },
});

const OF_TOKENS: ReadonlySet<Attribute> = new Set(['requestPrincipal', 'audience', 'presenter', 'claim']);

// A provider that is asked may look at the token itself, and so may a header that is demanded.
function isOptional(mesh: Mesh, workload: Workload): boolean {
  const { inForce, known } = authorizationPoliciesFor(mesh, workload);
  return (
    known &&
    inForce.every(({ variants }) =>
      variants.every(
        ({ action, rules, settled }) =>
          settled &&
          action !== 'CUSTOM' &&
          !(action === 'ALLOW' && rules.length === 0) &&
          rules.every((rule) =>
            conditionsOf(rule).every(
              ({ attribute, argument }) => !OF_TOKENS.has(attribute) && argument?.toLowerCase() !== 'authorization',
            ),
          ),
      ),
    )
  );
}

function routesByClaim(mesh: Mesh): boolean {
  return mesh.derive(virtualServices).some(({ routes }) =>
    routes.some(({ field }) =>
      field
        .at('match')
        .items()
        .some((match) =>
          ['headers', 'withoutHeaders'].some((key) =>
            match
              .at(key)
              .entries()
              .some(([name]) => name.toLowerCase().startsWith('@request.auth.claims')),
          ),
        ),
    ),
  );
}
