import { defineRule, type Field, mappings, type Resource, specOf, texts, VIRTUAL_SERVICE } from '@meshvet/core';
import { changedHeaderFault, type HeaderChange, headerValueFault } from '../shared/refusals/header-names.ts';
import { isSettledKey, listed, quote, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaHeaderName = defineRule({
  meta: {
    id: 'schema-header-name',
    summary: 'A VirtualService changes a header in a way that Envoy does not know.',
    why: 'Some headers belong to the proxy, and a percent sign begins a value that it fills in; the validating webhook of istiod refuses the VirtualService.',
    fix: 'Name a header that may be changed, write a plain percent sign as %%, and set the authority in one place.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0106'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateHTTPHeaderOperationName, validateHTTPHeaderValue, validateAuthorityRewrite)',
      'envoyproxy.io: custom request and response headers',
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
              - headers:
                  request:
                    remove: [host] #~ refused \`host\`
                    set:
                      x-share: 50% of all #~ refused
                      :path: /cart #~ refused \`:path\`
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
              - headers:
                  request:
                    set: { host: cart.example.com, x-address: "%DOWNSTREAM_REMOTE_ADDRESS%", x-share: 50%% of all }
                  response:
                    add: { x-user: "%REQ(x-user):20%" }
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
  },
  check({ subject, report }) {
    tellRefusals(report, subject, refusals(subject));
  },
});

function* refusals(resource: Resource): Generator<Refusal> {
  for (const route of mappings(specOf(resource, VIRTUAL_SERVICE)?.at('http') ?? resource.body.at('').at(''))) {
    yield* changes(route.at('headers'));
    for (const entry of mappings(route.at('route'))) yield* changes(entry.at('headers'));
    yield* authorities(route);
  }
}

function* changes(headers: Field): Generator<Refusal> {
  for (const side of ['request', 'response'] as const) {
    for (const change of ['set', 'add'] as const) {
      for (const [name, value] of headers.at(side).at(change).entries()) {
        const fault = isSettledKey(name) ? changedHeaderFault(name, `${side}.${change}`) : undefined;
        if (fault !== undefined) yield { at: value, what: told(name, fault), onKey: true };
        const text = value.string();
        const wrong = text === undefined ? undefined : headerValueFault(text);
        if (wrong !== undefined)
          yield { at: value, what: `${quote(text as string)} is no value for header ${quote(name)}: ${wrong}` };
      }
    }
    const remove: HeaderChange = `${side}.remove`;
    for (const { item, text } of texts(headers.at(side).at('remove'))) {
      const fault = changedHeaderFault(text, remove);
      if (fault !== undefined) yield { at: item, what: told(text, fault) };
    }
  }
}

function told(name: string, fault: string): string {
  return name === '' ? fault : `header ${quote(name)} cannot stand here: ${fault}`;
}

// The authority of a request is written by rewrite.authority and by a header `host` or `:authority`.
function* authorities(route: Field): Generator<Refusal> {
  const request = route.at('headers').at('request');
  const writers = ['set', 'add'].flatMap((change) =>
    request
      .at(change)
      .entries()
      .filter(([name]) => [':authority', 'host'].includes(name.toLowerCase()))
      .map(([, field]) => field),
  );
  const rewrite = route.at('rewrite').at('authority');
  if (rewrite.hasValue && rewrite.value !== '') writers.unshift(rewrite);
  const last = writers.at(-1);
  if (!last || writers.length < 2) return;
  const names = writers.map((field) =>
    field === rewrite ? 'rewrite.authority' : `headers.request.${String(field.parent?.key)}.${String(field.key)}`,
  );
  yield {
    at: last,
    what: `the authority of the request is written by ${listed(names)}, and one place has to do`,
    onKey: true,
  };
}
