import {
  defineRule,
  type Field,
  isEmptyList,
  isUnset,
  lacks,
  type Mesh,
  mappings,
  type Resource,
  specOf,
  VIRTUAL_SERVICE,
} from '@meshvet/core';
import { crdSays, listed, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaVirtualServiceRoute = defineRule({
  meta: {
    id: 'schema-virtual-service-route',
    summary: 'A route of a VirtualService leads nowhere, or to two things at once.',
    why: 'Each route does one thing with a request: it routes, redirects, answers or delegates; the validating webhook of istiod refuses the rest.',
    fix: 'Give each route one of route, redirect, directResponse and delegate, and what goes with it.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0106'],
    sources: [
      'istio/istio pkg/config/validation/virtualservice.go (validateHTTPRouteConflict)',
      'istio/istio pkg/config/validation/validation.go (ValidateVirtualService, validateTLSRoute, validateTCPRoute)',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
    },
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
              - match: [{ uri: { prefix: /old } }] #~ refused \`match\`
                timeout: 5s
              - redirect: { uri: /new } #~ refused \`redirect\`
                route: [{ destination: { host: cart } }]
        `,
      },
      {
        title: 'nothing to do at all',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec: #~ refused \`spec\`
            hosts: [cart]
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
              - match: [{ uri: { prefix: /old } }]
                redirect: { uri: /new }
              - match: [{ uri: { prefix: /teapot } }]
                directResponse: { status: 418 }
              - timeout: 5s
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellRefusals(report, subject, refusals(subject, mesh));
  },
});

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, VIRTUAL_SERVICE);
  if (!spec) return;
  const hosts = spec.at('hosts');
  if (hosts.hasValue && !hosts.isList) return;
  const isDelegate = lacks(spec, 'hosts');
  if (lacks(spec, 'http', 'tls', 'tcp'))
    yield { at: spec, what: 'it has no routes: http, tls and tcp are empty', onKey: true };
  if (isDelegate) {
    for (const key of ['gateways', 'tls', 'tcp']) {
      const field = spec.at(key);
      if (field.isList && !isEmptyList(field))
        yield { at: field, what: `without hosts it is a delegate, and a delegate has no ${key}`, onKey: true };
    }
  }
  for (const route of mappings(spec.at('http'))) yield* httpRoute(route, isDelegate);
  for (const route of mappings(spec.at('tls'))) {
    if (isEmptyList(route.at('match')) || (lacks(route, 'match') && !crdSays(mesh, '1.20')))
      yield {
        at: placeOf(route, 'match'),
        what: 'a tls route has no match, and is chosen by the SNI of one',
        onKey: true,
      };
    yield* routed(route, 'tls');
  }
  for (const route of mappings(spec.at('tcp'))) yield* routed(route, 'tcp');
}

function* routed(route: Field, kind: string): Generator<Refusal> {
  if (lacks(route, 'route'))
    yield { at: placeOf(route, 'route'), what: `a ${kind} route has no destination`, onKey: true };
}

function* httpRoute(route: Field, isDelegate: boolean): Generator<Refusal> {
  const has = (key: string) => !isUnset(route.at(key));
  const conflicts = (key: string, others: readonly string[]): Refusal | undefined => {
    const beside = others.filter(has);
    return beside.length === 0
      ? undefined
      : {
          at: route.at(key),
          what: `a route has ${key}, which needs no ${beside.length === 1 ? beside[0] : listed(beside)} beside it and takes none`,
          onKey: true,
        };
  };
  if (has('delegate')) {
    if (isDelegate)
      yield {
        at: route.at('delegate'),
        what: 'a delegate delegates no further: the VirtualService has no hosts, and a route with delegate',
        onKey: true,
      };
    else {
      const conflict = conflicts('delegate', ['redirect', 'route']);
      if (conflict) yield conflict;
      return;
    }
  }
  const redirect = has('redirect') ? conflicts('redirect', ['route', 'fault', 'rewrite', 'directResponse']) : undefined;
  if (redirect) yield redirect;
  const answer = has('directResponse') ? conflicts('directResponse', ['route', 'fault', 'rewrite']) : undefined;
  if (answer) yield answer;
  if (lacks(route, 'route', 'redirect', 'directResponse', 'delegate'))
    yield {
      at: placeOf(route, 'route'),
      what: 'a route does nothing: it has neither route nor redirect, directResponse or delegate',
      onKey: true,
    };
  if (has('mirror') && has('mirrors'))
    yield {
      at: route.at('mirror'),
      what: 'mirror and mirrors stand side by side, and only one of them can',
      onKey: true,
    };
}

function placeOf(route: Field, key: string): Field {
  return route.at(key).exists ? route.at(key) : route;
}
