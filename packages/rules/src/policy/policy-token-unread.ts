import {
  type Attribute,
  closedPorts,
  defineRule,
  type Field,
  type Mesh,
  nameOf,
  policyToJudge,
  type RequestAuthentication,
  requestAuthenticationsFor,
  valuesOf,
  type Workload,
  workloadsUnder,
} from '@meshvet/core';
import { effectOfFlaw } from '../shared/words/authorization-words.ts';

export const policyTokenUnread = defineRule({
  meta: {
    id: 'policy-token-unread',
    summary: 'An AuthorizationPolicy asks for something in a token that no RequestAuthentication reads.',
    why: 'Only a RequestAuthentication for the same pods reads tokens, and only those of its issuers; without one no request has a principal or claims, so an ALLOW rule lets nobody in and a DENY rule stops nobody.',
    fix: 'Write a RequestAuthentication that selects the same pods, with the issuer that the policy names.',
    severity: 'warning',
    subject: 'resource',
    judgedAround: true,
    types: ['security.istio.io/AuthorizationPolicy'],
    since: '1.5',
    sources: [
      'istio.io/docs/reference/config/security/authorization-policy/#Source (requestPrincipals)',
      'istio.io/docs/reference/config/security/request_authentication/',
      'istio/istio pilot/pkg/security/authz/model/generator.go (requestPrincipalGenerator)',
    ],
    messages: {
      none: '{policy}: {field} needs a token that a RequestAuthentication has read, and none holds for {pods}; {effect}.',
      issuer:
        '{policy}: {field} "{written}" asks for issuer "{issuer}", and the RequestAuthentications of {pods} read tokens of {known} only; {effect}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'nothing reads the token',
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
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            rules:
              - from:
                  - source:
                      requestPrincipals: ["*"] #~ none
        `,
      },
      {
        title: 'the slash at the end of the issuer counts',
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
            jwtRules: [{ issuer: "https://id.example.com/", jwksUri: "https://id.example.com/keys" }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            rules:
              - from:
                  - source:
                      requestPrincipals: [https://id.example.com/ann] #~ issuer
        `,
      },
    ],
    good: [
      {
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
            jwtRules: [{ issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys" }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            rules: [{ from: [{ source: { requestPrincipals: ["https://id.example.com/*"] } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = policyToJudge(mesh, resource);
    if (policy?.dryRun !== false || (policy.action !== 'ALLOW' && policy.action !== 'DENY')) return;
    const workloads = workloadsUnder(mesh, policy).slice(0, MOST);
    const [first] = workloads;
    if (!first) return;
    const words = { policy: nameOf(resource), pods: nameOf(first.resource) };
    const lists = new Set<Field>();
    const unread = workloads.every((w) => readsNone(mesh, w));
    for (const value of valuesOf(policy, OF_TOKENS)) {
      if (value.negated) continue;
      const more = { ...words, field: value.list.name, effect: effectOfFlaw(policy, value) };
      if (unread) {
        // Once for a list, whatever stands in it.
        if (lists.has(value.list.field)) continue;
        lists.add(value.list.field);
        const shut = policy.action === 'DENY' || workloads.every((w) => closedPorts(mesh, w).all);
        report(value.list.field, 'none', more, { severity: shut ? 'error' : 'warning', onKey: true });
        continue;
      }
      const issuer = issuerOf(value.condition.attribute, value.condition.argument, value.text);
      const known = issuer === undefined ? undefined : knownIssuers(mesh, workloads);
      if (issuer === undefined || !known || known.some((k) => k.issuer === issuer)) continue;
      report(
        value.item,
        'issuer',
        { ...more, written: value.text, issuer, known: known.map((k) => k.issuer).join(', ') },
        { related: known.slice(0, 3).map((k) => ({ at: k.field, note: 'the issuer that is read' })) },
      );
    }
  },
});

const MOST = 50;
const OF_TOKENS: ReadonlySet<Attribute> = new Set(['requestPrincipal', 'audience', 'presenter', 'claim']);

function readsNone(mesh: Mesh, workload: Workload): boolean {
  const { inForce, possible, known } = requestAuthenticationsFor(mesh, workload);
  return known && inForce.length === 0 && possible.length === 0;
}

/** The issuer that a value asks for, where it is a whole one: what stands before the last slash of a principal, or claim iss. */
function issuerOf(attribute: Attribute, argument: string | undefined, text: string): string | undefined {
  if (attribute === 'claim') return argument === 'iss' && !text.includes('*') ? text : undefined;
  const slash = text.lastIndexOf('/');
  if (attribute !== 'requestPrincipal' || slash <= 0 || text.startsWith('*')) return undefined;
  return text.slice(0, slash);
}

/** The issuers whose tokens are read for all of some pods; undefined where others may be, or one is filled in later. */
function knownIssuers(mesh: Mesh, workloads: readonly Workload[]) {
  const issuers = new Map<string, Field>();
  for (const workload of workloads) {
    const { inForce, possible } = requestAuthenticationsFor(mesh, workload);
    if (inForce.length === 0 || possible.length > 0) return undefined;
    for (const rule of inForce.flatMap((r: RequestAuthentication) => r.rules)) {
      if (rule.issuer === undefined || rule.issuer === '') return undefined;
      issuers.set(rule.issuer, rule.issuerField);
    }
  }
  return [...issuers].map(([issuer, field]) => ({ issuer, field }));
}
