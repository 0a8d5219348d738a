import {
  defineRule,
  type Field,
  lacksText,
  type Mesh,
  mappings,
  parseWebhookUrl,
  REQUEST_AUTHENTICATION,
  specOf,
  texts,
} from '@meshvet/core';
import { keySetFaults } from '../shared/refusals/key-sets.ts';
import { crdSays, DOUBTED, quote, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';

export const schemaJwtRule = defineRule({
  meta: {
    id: 'schema-jwt-rule',
    summary: 'A rule of a RequestAuthentication does not say where tokens come from, or which keys prove them.',
    why: 'The validating webhook of istiod refuses it, and requests with bad tokens go on to be served; a private key in it is known to everybody who reads the cluster.',
    fix: 'Write an issuer, a jwksUri with http or https or public keys as JSON, and names that are not empty.',
    severity: 'error',
    subject: 'resource',
    types: ['security.istio.io/RequestAuthentication'],
    codes: ['IST0106', 'IST0133'],
    since: '1.5',
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateJwtRule)',
      'istio.io: RequestAuthentication reference, JWTRule',
      'RFC 7517, RFC 7518',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
      doubted: '{resource}: {what}.',
    },
    perMessage: { doubted: DOUBTED },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: RequestAuthentication
          metadata: { name: shop, namespace: shop }
          spec:
            jwtRules:
              - issuer: https://accounts.example.com
                jwks: '{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}' #~ doubted
              - issuer: https://other.example.com
                jwks: https://other.example.com/jwks.json #~ refused
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: RequestAuthentication
          metadata: { name: shop, namespace: shop }
          spec:
            jwtRules:
              - issuer: https://accounts.example.com
                jwksUri: https://accounts.example.com/jwks.json
              - issuer: https://other.example.com
                jwks: '{"keys": [{"kty": "RSA", "e": "AQAB", "n": "xAE7"}]}'
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    const spec = specOf(subject, REQUEST_AUTHENTICATION);
    if (spec)
      tellVerdicts(
        report,
        subject,
        mappings(spec.at('jwtRules')).flatMap((rule) => [...ruleFaults(rule, mesh)]),
      );
  },
});

function* ruleFaults(rule: Field, mesh: Mesh): Generator<Refusal> {
  if (mesh.istioAtLeast('1.27')) {
    if (lacksText(rule, 'issuer', 'jwksUri', 'jwks_uri'))
      yield { at: rule, what: 'a rule has neither issuer nor jwksUri', onKey: true };
  } else if (lacksText(rule, 'issuer') && !crdSays(mesh, rule.at('issuer').hasValue ? '1.23' : '1.20'))
    yield { at: rule.at('issuer').exists ? rule.at('issuer') : rule, what: 'a rule has no issuer', onKey: true };
  for (const key of ['jwksUri', 'jwks_uri']) yield* uriFault(rule.at(key), mesh);
  const jwks = rule.at('jwks');
  const text = jwks.string();
  // A key set in JSON has braces of its own, which look like placeholders where two meet.
  if (text) for (const fault of keySetFaults(text)) yield { at: jwks, ...fault };
  if (!crdSays(mesh, '1.23')) yield* emptyNames(rule, mesh);
}

function* uriFault(field: Field, mesh: Mesh): Generator<Refusal> {
  const text = field.string();
  if (!text) return;
  const url = parseWebhookUrl(text);
  const port = /:(\d*)$/.exec(/^[a-z]+:\/\/([^/?#]*)/i.exec(text)?.[1] ?? '')?.[1];
  // Without a scheme, or with another one, the schema refuses it since 1.23.
  if (url === undefined || (url.scheme !== 'http' && url.scheme !== 'https')) {
    if (!crdSays(mesh, '1.23'))
      yield { at: field, what: `${String(field.key)} ${quote(text)} is no URL with http or https` };
  } else if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    yield { at: field, what: `${String(field.key)} ${quote(text)} has no port from 1 to 65535` };
}

function* emptyNames(rule: Field, mesh: Mesh): Generator<Refusal> {
  for (const key of ['audiences', 'fromParams', 'fromCookies'])
    for (const { item, text } of texts(rule.at(key)))
      if (text === '') yield { at: item, what: `an entry of ${key} is empty` };
  for (const header of mappings(rule.at('fromHeaders')))
    if (header.at('name').exists ? header.at('name').value === '' : lacksText(header, 'name') && !crdSays(mesh, '1.20'))
      yield { at: header, what: 'a header of fromHeaders has no name', onKey: true };
  for (const claim of mappings(rule.at('outputClaimToHeaders'))) {
    for (const key of ['claim', 'header'])
      if (lacksText(claim, key))
        yield { at: claim, what: `an entry of outputClaimToHeaders has no ${key}`, onKey: true };
    const header = claim.at('header').string();
    if (header && !/^[-_A-Za-z0-9]+$/.test(header))
      yield {
        at: claim.at('header'),
        what: `header ${quote(header)} has more in its name than letters, digits, "-" and "_"`,
      };
  }
}
