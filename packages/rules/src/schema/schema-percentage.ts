import {
  defineRule,
  type Field,
  type Mesh,
  mappings,
  type Resource,
  specOf,
  TELEMETRY,
  trafficPolicies,
  VIRTUAL_SERVICE,
} from '@meshvet/core';
import { crdSays, DOUBTED, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';

export const schemaPercentage = defineRule({
  meta: {
    id: 'schema-percentage',
    summary: 'A percentage of a resource of Istio is not between 0 and 100, or is too fine.',
    why: 'The validating webhook of istiod refuses the resource; fractions end at one in a million.',
    fix: 'Write a percentage from 0 to 100, and mirrorPercentage in place of mirrorPercent.',
    severity: 'error',
    subject: 'resource',
    types: [
      'networking.istio.io/DestinationRule',
      'networking.istio.io/VirtualService',
      'telemetry.istio.io/Telemetry',
    ],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/agent/validation.go (ValidatePercent)',
      'istio/istio pkg/config/validation/validation.go (validatePercentage, validateHTTPRoute)',
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
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - fault: { abort: { httpStatus: 500, percentage: { value: 150 } } } #~ refused \`150\`
                mirror: { host: cart-next }
                mirrorPercent: 10 #~ doubted \`mirrorPercent\`
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
              - fault: { abort: { httpStatus: 500, percentage: { value: 0.1 } } }
                mirror: { host: cart-next }
                mirrorPercentage: { value: 10 }
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, percentages(subject, mesh));
  },
});

function* percentages(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, VIRTUAL_SERVICE);
  for (const route of spec ? mappings(spec.at('http')) : []) {
    const { delay, abort } = { delay: route.at('fault').at('delay'), abort: route.at('fault').at('abort') };
    yield* outside(delay.at('percent'));
    for (const fault of [delay, abort]) yield* outside(fault.at('percentage').at('value'), 0.0001);
    yield* outside(route.at('mirrorPercentage').at('value'));
    for (const mirror of mappings(route.at('mirrors'))) yield* outside(mirror.at('percentage').at('value'));
    for (const key of ['mirrorPercent', 'mirror_percent']) {
      const old = route.at(key);
      if (!old.hasValue) continue;
      // The schema bounds it from below since 1.22.
      const number = old.number();
      if (number !== undefined && number > 100) yield* outside(old);
      yield { at: old, what: `${key} is deprecated in favour of mirrorPercentage`, onKey: true, mild: true };
    }
  }
  for (const { field } of trafficPolicies(resource)) {
    yield* outside(field.at('outlierDetection').at('maxEjectionPercent'));
    yield* outside(field.at('outlierDetection').at('minHealthPercent'));
  }
  const telemetry = crdSays(mesh, '1.21') ? undefined : specOf(resource, TELEMETRY);
  for (const tracing of telemetry ? mappings(telemetry.at('tracing')) : [])
    yield* outside(tracing.at('randomSamplingPercentage'));
}

function* outside(field: Field, least = 0): Generator<Refusal> {
  const number = field.number();
  if (number === undefined || number === 0 || (number >= least && number <= 100)) return;
  const name = field.key === 'value' ? String(field.parent?.key) : String(field.key);
  const what =
    number > 0 && number < least
      ? `${name} ${number} is finer than ${least}, the least that there is`
      : `${name} ${number} is not between 0 and 100`;
  yield { at: field, what };
}
