import {
  celSyntaxFault,
  defineRule,
  type Field,
  isUnset,
  lacks,
  lacksText,
  type Mesh,
  mappings,
  type Resource,
  specOf,
  TELEMETRY,
} from '@meshvet/core';
import { crdSays, DOUBTED, quote, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';

export const schemaTelemetry = defineRule({
  meta: {
    id: 'schema-telemetry',
    summary: 'A Telemetry resource has a filter, a tag or a provider that cannot be used.',
    why: 'The validating webhook of istiod refuses it, or takes it and uses the first of several entries only.',
    fix: 'Write an expression of CEL, a value for each tag that is set, and one tracing entry with one provider.',
    severity: 'error',
    subject: 'resource',
    types: ['telemetry.istio.io/Telemetry'],
    codes: ['IST0106', 'IST0133'],
    since: '1.11',
    sources: [
      'istio/istio pkg/config/validation/validation.go (ValidateTelemetry)',
      'istio.io: Telemetry reference',
      'github.com/google/cel-spec',
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
          apiVersion: telemetry.istio.io/v1
          kind: Telemetry
          metadata: { name: shop, namespace: shop }
          spec:
            accessLogging:
              - filter: { expression: response.code >= 400 and connection.mtls } #~ refused
            tracing:
              - providers: [{ name: zipkin }, { name: otel }] #~ doubted \`providers\`
            metrics:
              - overrides:
                  - tagOverrides:
                      request_host: {} #~ refused \`request_host\`
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: telemetry.istio.io/v1
          kind: Telemetry
          metadata: { name: shop, namespace: shop }
          spec:
            accessLogging:
              - filter: { expression: response.code >= 400 && connection.mtls }
            tracing:
              - providers: [{ name: otel }]
            metrics:
              - overrides:
                  - tagOverrides:
                      request_host: { operation: REMOVE }
                      method: { value: request.method }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, refusals(subject, mesh));
  },
});

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, TELEMETRY);
  if (!spec) return;
  for (const logging of mappings(spec.at('accessLogging'))) {
    const expression = logging.at('filter').at('expression');
    const text = expression.string();
    const fault = text === undefined ? undefined : celSyntaxFault(text);
    if (fault !== undefined)
      yield { at: expression, what: `expression ${quote(text as string)} is none of CEL: ${fault}` };
    yield* providers(logging, mesh);
  }
  const tracing = spec.at('tracing').items() as Field[];
  if (tracing.length > 1)
    yield {
      at: tracing[1] as Field,
      what: 'tracing has more than one entry, and the first alone is used',
      onKey: true,
      mild: true,
    };
  for (const entry of mappings(spec.at('tracing'))) {
    if (entry.at('providers').items().length > 1)
      yield {
        at: entry.at('providers'),
        what: 'tracing has more than one provider, and the first alone is used',
        onKey: true,
        mild: true,
      };
    yield* providers(entry, mesh);
    if (!crdSays(mesh, '1.21')) yield* customTags(entry);
  }
  for (const metrics of mappings(spec.at('metrics'))) {
    yield* providers(metrics, mesh);
    for (const override of mappings(metrics.at('overrides'))) yield* overrides(override, mesh);
  }
}

function* providers(entry: Field, mesh: Mesh): Generator<Refusal> {
  for (const provider of mappings(entry.at('providers'))) {
    const name = provider.at('name');
    if (
      name.exists ? name.value === '' && !crdSays(mesh, '1.21') : lacksText(provider, 'name') && !crdSays(mesh, '1.20')
    )
      yield { at: name, what: 'a provider has no name' };
  }
}

function* customTags(entry: Field): Generator<Refusal> {
  for (const [name, tag] of entry.at('customTags').entries()) {
    if (name === '') yield { at: tag, what: 'a custom tag has no name', onKey: true };
    for (const [kind, key] of [
      ['literal', 'value'],
      ['environment', 'name'],
      ['header', 'name'],
    ] as const)
      if (lacksText(tag.at(kind), key))
        yield { at: tag.at(kind), what: `the ${kind} of custom tag ${quote(name)} has no ${key}`, onKey: true };
  }
}

function* overrides(override: Field, mesh: Mesh): Generator<Refusal> {
  const metric = override.at('match').at('customMetric');
  if (metric.value === '' && !crdSays(mesh, '1.21')) yield { at: metric, what: 'customMetric is empty' };
  for (const [name, tag] of override.at('tagOverrides').entries()) {
    if (name === '') yield { at: tag, what: 'a tag has no name', onKey: true, mild: true };
    if (!tag.isMapping) continue;
    const operation = tag.at('operation');
    const value = tag.at('value');
    // What is set without being written so, the schema does not see.
    if (
      operation.hasValue
        ? operation.value === 'UPSERT' && !crdSays(mesh, '1.21') && lacksText(tag, 'value')
        : lacks(tag, 'operation') && lacksText(tag, 'value')
    )
      yield { at: tag, what: `tag ${quote(name)} is set and has no value`, onKey: true };
    else if (operation.value === 'REMOVE' && !isUnset(value) && !crdSays(mesh, '1.21'))
      yield { at: value, what: `tag ${quote(name)} is removed and has a value` };
  }
}
