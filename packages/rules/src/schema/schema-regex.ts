import {
  clientsOfApiRoute,
  defineRule,
  ENVOY_FILTER,
  type Field,
  gatewayRouteOf,
  mappings,
  nameOf,
  type Resource,
  re2Fault,
  specOf,
  VIRTUAL_SERVICE,
} from '@meshvet/core';
import { DOUBTED, quote, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';

export const schemaRegex = defineRule({
  meta: {
    id: 'schema-regex',
    summary: 'A regular expression of a route or resource of Istio is empty, too long, or none that RE2 knows.',
    why: 'Envoy matches with RE2, which has no look-around and no back references; the validating webhook of istiod refuses the resource.',
    fix: 'Write an expression in the syntax of RE2, or match by prefix or exact text.',
    severity: 'error',
    subject: 'resource',
    types: [
      'networking.istio.io/EnvoyFilter',
      'networking.istio.io/VirtualService',
      'gateway.networking.k8s.io/HTTPRoute',
      'gateway.networking.k8s.io/GRPCRoute',
    ],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateStringMatchRegexp, validateHTTPRewrite, ValidateEnvoyFilter)',
      'github.com/google/re2/wiki/Syntax',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
      doubted: '{resource}: {what}.',
      envoy:
        '{route}: {written} is no expression of RE2, {fault}; Envoy takes no other, and refuses the routes of the whole listener.',
    },
    perMessage: { doubted: DOUBTED },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - match:
                  - uri: { regex: "/cart/(?!admin).*" } #~ refused
                  - headers: { cookie: { regex: "*session=.*" } } #~ refused \`"*session=.*"\`
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - match:
                  - uri: { regex: "/cart/[0-9a-f]{8}(?:/.*)?" }
                  - headers: { cookie: { regex: "^(.*?;)?(session=[^;]+)(;.*)?$" } }
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, [...routeExpressions(subject), ...proxyVersions(subject)]);
    const route = gatewayRouteOf(mesh, subject);
    // Gateways that are no Envoy may have another syntax.
    if (!route || clientsOfApiRoute(mesh, route).length === 0) return;
    for (const { field, text, fault } of apiExpressions(subject))
      report(field, 'envoy', { route: nameOf(subject), written: quote(text), fault }, { codes: [] });
  },
});

// Source: `validateStringMatchRegexp`.
const LONGEST = 1024;

function* routeExpressions(resource: Resource): Generator<Refusal> {
  const spec = specOf(resource, VIRTUAL_SERVICE);
  for (const route of spec ? mappings(spec.at('http')) : []) {
    for (const match of mappings(route.at('match'))) {
      for (const key of ['uri', 'scheme', 'method', 'authority']) yield* refusal(match.at(key).at('regex'));
      for (const key of ['headers', 'queryParams'])
        for (const [, one] of match.at(key).entries()) yield* refusal(one.at('regex'));
      for (const [, one] of match.at('withoutHeaders').entries()) {
        // A lone * says that the header is absent.
        if (one.at('regex').value !== '*') yield* refusal(one.at('regex'));
      }
    }
    for (const origin of mappings(route.at('corsPolicy').at('allowOrigins'))) yield* refusal(origin.at('regex'));
    const rewrite = route.at('rewrite').at('uriRegexRewrite').at('match');
    if (rewrite.value !== '') yield* refusal(rewrite);
  }
}

// Nobody looks at these before Envoy does. Source: `pilot/pkg/config/kube/gateway/conversion.go`, createURIMatch and createHeadersMatch.
function* apiExpressions(
  resource: Resource,
): Generator<{ readonly field: Field; readonly text: string; readonly fault: string }> {
  for (const rule of mappings(resource.body.at('spec').at('rules')).slice(0, MOST)) {
    for (const match of mappings(rule.at('matches')).slice(0, MOST)) {
      const parts = [match.at('path'), ...mappings(match.at('headers')), ...mappings(match.at('queryParams'))];
      const called = match.at('method');
      const fields = [
        ...parts.flatMap((part) => (part.at('type').value === 'RegularExpression' ? [part.at('value')] : [])),
        ...(called.isMapping && called.at('type').value === 'RegularExpression'
          ? [called.at('service'), called.at('method')]
          : []),
      ];
      for (const field of fields) {
        const text = field.string();
        const fault = !text || text.length > LONGEST ? undefined : re2Fault(text);
        if (fault !== undefined && text !== undefined) yield { field, text, fault };
      }
    }
  }
}

const MOST = 200;

function* refusal(field: Field): Generator<Refusal> {
  const text = field.string();
  if (text === undefined) return;
  const fault =
    text === '' ? 'it is empty' : text.length > LONGEST ? `it is longer than ${LONGEST} characters` : re2Fault(text);
  if (fault !== undefined)
    yield { at: field, what: `${String(field.key)} ${quote(text)} is refused as an expression of RE2: ${fault}` };
}

function* proxyVersions(resource: Resource): Generator<Refusal> {
  const spec = specOf(resource, ENVOY_FILTER);
  for (const patch of spec ? mappings(spec.at('configPatches')) : []) {
    if (patch.at('match').at('context').value === 'WAYPOINT') continue;
    const version = patch.at('match').at('proxy').at('proxyVersion');
    const text = version.string();
    if (text === undefined) continue;
    if (text.length > LONGEST)
      yield { at: version, what: `proxyVersion is longer than ${LONGEST} characters`, mild: true };
    const fault = re2Fault(text);
    if (fault !== undefined)
      yield { at: version, what: `proxyVersion ${quote(text)} is refused as an expression of RE2: ${fault}` };
  }
}
