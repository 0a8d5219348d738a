import {
  connectionPools,
  defineRule,
  durationNanoseconds,
  type Field,
  type Mesh,
  MILLISECOND,
  mappings,
  REQUEST_AUTHENTICATION,
  type Resource,
  SECOND,
  specOf,
  TELEMETRY,
  trafficPolicies,
  VIRTUAL_SERVICE,
} from '@meshvet/core';
import { crdSays, quote, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaDuration = defineRule({
  meta: {
    id: 'schema-duration',
    summary: 'A duration of a resource of Istio is none, or is finer or shorter than a millisecond.',
    why: 'Istio counts in whole milliseconds, and preflight answers in whole seconds; the validating webhook refuses everything else.',
    fix: 'Write a duration with its unit, such as 500ms, 5s or 1m30s.',
    severity: 'error',
    subject: 'resource',
    types: [
      'networking.istio.io/DestinationRule',
      'networking.istio.io/Sidecar',
      'networking.istio.io/VirtualService',
      'security.istio.io/RequestAuthentication',
      'telemetry.istio.io/Telemetry',
    ],
    codes: ['IST0106'],
    sources: [
      'istio/istio pkg/config/validation/agent/validation.go (ValidateDuration)',
      'istio/istio pkg/config/validation/validation.go (validateCORSPolicy, validateConnectionPool)',
      'istio/api crd-all.gen.yaml: durations are checked by the schema since 1.23',
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
              - corsPolicy: { maxAge: 1500ms } #~ refused \`1500ms\`
                timeout: 0.5ms10us #~ refused
                route: [{ destination: { host: cart } }]
        `,
        settings: { istioVersion: '1.22' },
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
              - corsPolicy: { maxAge: 24h }
                timeout: 1.5s
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellRefusals(
      report,
      subject,
      durationsOf(subject).flatMap((one) => refusalOf(one, mesh) ?? []),
    );
  },
});

interface Duration {
  readonly field: Field;
  /** The first release whose schema refuses what is no duration, or below a millisecond. */
  readonly since: `1.${number}` | 'never';
  readonly until?: `1.${number}`;
  /** Whether it is in whole seconds; whether less than a millisecond turns it off; whether only its form is read. */
  readonly rule?: 'seconds' | 'orNone' | 'form';
}

function refusalOf({ field, since, until, rule }: Duration, mesh: Mesh): Refusal | undefined {
  const text = field.string();
  if (text === undefined) return undefined;
  const name = `${String(field.key)} ${quote(text)}`;
  const said = since !== 'never' && crdSays(mesh, since, until);
  const nanoseconds = durationNanoseconds(text);
  if (nanoseconds === undefined)
    return said ? undefined : { at: field, what: `${name} is no duration such as 500ms, 5s or 1m30s` };
  if (rule === 'form') return undefined;
  if (nanoseconds < MILLISECOND)
    return said || rule === 'orNone'
      ? undefined
      : { at: field, what: `${name} is shorter than a millisecond, the shortest that there is` };
  if (nanoseconds % MILLISECOND !== 0) return { at: field, what: `${name} is no whole number of milliseconds` };
  if (rule === 'seconds' && nanoseconds % SECOND !== 0)
    return { at: field, what: `${name} is no whole number of seconds` };
  return undefined;
}

function durationsOf(resource: Resource): Duration[] {
  return [...routeDurations(resource), ...policyDurations(resource), ...otherDurations(resource)];
}

function routeDurations(resource: Resource): Duration[] {
  const spec = specOf(resource, VIRTUAL_SERVICE);
  if (!spec) return [];
  return mappings(spec.at('http')).flatMap((route) => [
    { field: route.at('timeout'), since: '1.23' },
    { field: route.at('retries').at('perTryTimeout'), since: '1.23' },
    { field: route.at('retries').at('backoff'), since: '1.26' },
    { field: route.at('fault').at('delay').at('fixedDelay'), since: '1.23' },
    { field: route.at('corsPolicy').at('maxAge'), since: '1.23', rule: 'seconds' },
  ]);
}

function policyDurations(resource: Resource): Duration[] {
  const found: Duration[] = [];
  for (const pool of connectionPools(resource)) {
    const [http, tcp] = [pool.at('http'), pool.at('tcp')];
    found.push(
      { field: http.at('idleTimeout'), since: '1.23' },
      { field: http.at('http2KeepAlive').at('interval'), since: '1.31' },
      { field: http.at('http2KeepAlive').at('timeout'), since: '1.31' },
      { field: tcp.at('connectTimeout'), since: '1.23' },
      { field: tcp.at('maxConnectionDuration'), since: '1.23' },
      { field: tcp.at('tcpKeepalive').at('time'), since: '1.23' },
      { field: tcp.at('tcpKeepalive').at('interval'), since: '1.23' },
      { field: tcp.at('idleTimeout'), since: '1.23', until: '1.26', rule: 'orNone' },
    );
  }
  for (const { field } of trafficPolicies(resource)) {
    const balancer = field.at('loadBalancer');
    found.push(
      { field: field.at('outlierDetection').at('baseEjectionTime'), since: '1.23' },
      { field: field.at('outlierDetection').at('interval'), since: '1.23' },
      { field: balancer.at('warmup').at('duration'), since: '1.24' },
      { field: balancer.at('warmupDurationSecs'), since: '1.23', rule: 'form' },
      { field: balancer.at('consistentHash').at('httpCookie').at('ttl'), since: 'never', rule: 'form' },
    );
  }
  return found;
}

function otherDurations(resource: Resource): Duration[] {
  const tokens = mappings(specOf(resource, REQUEST_AUTHENTICATION)?.at('jwtRules') ?? resource.body.at('').at(''));
  const metrics = mappings(specOf(resource, TELEMETRY)?.at('metrics') ?? resource.body.at('').at(''));
  return [
    ...tokens.map((rule): Duration => ({ field: rule.at('timeout'), since: '1.23' })),
    ...metrics.map((one): Duration => ({ field: one.at('reportingInterval'), since: '1.23', rule: 'form' })),
  ];
}
