import {
  COMMON_METHODS,
  defineRule,
  didYouMean,
  methodFlaw,
  nameOf,
  type PolicyValue,
  policyToJudge,
  valuesOf,
} from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';
import { severityOfFlaw } from '../shared/severity/authorization-severity.ts';
import { effectOfFlaw } from '../shared/words/authorization-words.ts';

export const policyMethodUnmatched = defineRule({
  meta: {
    id: 'policy-method-unmatched',
    summary: 'A method of an AuthorizationPolicy is one that no request has.',
    why: 'The method is compared letter by letter, and requests carry it in capitals; a call of gRPC has method POST and its name as path.',
    fix: 'Write the method in capitals, as in GET; write a call of gRPC under paths, as in /shop.Cart/Add.',
    severity: 'warning',
    subject: 'resource',
    types: ['security.istio.io/AuthorizationPolicy'],
    codes: ['KIA0102'],
    sources: [
      'istio/istio pilot/pkg/security/authz/model/generator.go (methodGenerator)',
      'istio.io/docs/reference/config/security/authorization-policy/#Operation',
      'IANA: HTTP Method Registry; RFC 9110, 9.1',
      'kiali business/checkers/authorization/namespace_method_checker.go',
    ],
    messages: {
      unmatched: '{policy}: {field} "{written}" fits no request, since {what}; {effect}.',
      meant: '{policy}: {field} "{written}" fits no request, since {what}; {effect}. "{instead}" would.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - to:
                  - operation:
                      methods:
                        - get #~ meant
                        - /shop.Cart/Add #~ unmatched
                        - PUT
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - to: [{ operation: { methods: [GET, "P*", "*", PROPFIND] } }]
              - to: [{ operation: { paths: [/shop.Cart/Add], methods: [POST] } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = policyToJudge(mesh, resource);
    if (!policy) return;
    for (const value of valuesOf(policy, METHODS)) {
      if (!isOfMethod(value)) continue;
      const flaw = methodFlaw(value.text);
      if (!flaw) continue;
      const words = {
        policy: nameOf(resource),
        field: value.list.name,
        written: value.text,
        what: flaw.what,
        effect: effectOfFlaw(policy, value),
      };
      const severity = severityOfFlaw(policy, value, (text) => {
        const other = methodFlaw(text);
        return other !== undefined && !other.unusual;
      });
      // Kiali looks at what is wanted, and takes small letters for capitals.
      const known = value.list.name === 'methods' && methodFlaw(value.text.trim().toUpperCase()) !== undefined;
      const codes = known ? ['KIA0102'] : [];
      const instead = flaw.instead ?? (flaw.unusual ? didYouMean(value.text.toUpperCase(), COMMON_METHODS) : undefined);
      if (instead === undefined) report(value.item, 'unmatched', words, { severity, codes });
      else
        report(
          value.item,
          'meant',
          { ...words, instead },
          { severity, codes, suggested: replaceString(value.item, instead) },
        );
    }
  },
});

const METHODS = new Set(['method', 'header'] as const);

// A condition under `when` may name the header that the proxy makes of the method.
function isOfMethod({ condition: { attribute, argument } }: PolicyValue): boolean {
  return attribute === 'method' || argument === ':method';
}
