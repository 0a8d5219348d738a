import { defineRule, nameOf, pathFlaw, policyToJudge, valuesOf } from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';
import { severityOfFlaw } from '../shared/severity/authorization-severity.ts';
import { effectOfFlaw } from '../shared/words/authorization-words.ts';

export const policyPathUnmatched = defineRule({
  meta: {
    id: 'policy-path-unmatched',
    summary: 'A path of an AuthorizationPolicy is written as no request has it.',
    why: 'The path of a request is compared without its query, a star counts first or last only, and regular expressions are plain text: the entry fits nothing.',
    fix: 'Write the path with its slash and without a query; a star at one end, or {*} for one part and {**} for the rest since Istio 1.22.',
    severity: 'warning',
    subject: 'resource',
    types: ['security.istio.io/AuthorizationPolicy'],
    sources: [
      'istio/istio pilot/pkg/security/authz/matcher/string.go, generator.go (pathGenerator)',
      'istio.io/docs/reference/config/security/authorization-policy/#Operation',
      'Envoy: rbac.proto, Permission.url_path (without query and fragment)',
    ],
    messages: {
      unmatched: '{policy}: {field} "{written}" fits no request, since {what}; {effect}.',
      meant: '{policy}: {field} "{written}" fits no request, since {what}; {effect}. "{instead}" would.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a star between two slashes, a query, and a regular expression',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - to:
                  - operation:
                      paths:
                        - /users/*/cart #~ meant
                        - /items?page=1 #~ meant
                        - /orders/[0-9]+ #~ unmatched
                        - /healthz
        `,
      },
    ],
    good: [
      {
        title: 'stars at the ends, and templates',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - to: [{ operation: { paths: ["/users/{*}/cart", "/items*", "*/healthz", "*", "/static/{**}"] } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = policyToJudge(mesh, resource);
    if (!policy) return;
    for (const value of valuesOf(policy, PATHS)) {
      const flaw = pathFlaw(mesh, value.text);
      if (!flaw) continue;
      const words = {
        policy: nameOf(resource),
        field: value.list.name,
        written: value.text,
        what: flaw.what,
        effect: effectOfFlaw(policy, value),
      };
      const severity = severityOfFlaw(policy, value, (text) => pathFlaw(mesh, text) !== undefined);
      if (flaw.instead === undefined) report(value.item, 'unmatched', words, { severity });
      else
        report(
          value.item,
          'meant',
          { ...words, instead: flaw.instead },
          { severity, suggested: replaceString(value.item, flaw.instead) },
        );
    }
  },
});

const PATHS = new Set(['path'] as const);
