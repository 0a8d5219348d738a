import {
  connectionPools,
  DESTINATION_RULE,
  defineRule,
  type Field,
  lacks,
  lacksText,
  type Resource,
  type TrafficPolicy,
  trafficPolicies,
} from '@meshvet/core';
import { quote, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaTrafficPolicy = defineRule({
  meta: {
    id: 'schema-traffic-policy',
    summary: 'A traffic policy says nothing, or two things that exclude each other.',
    why: 'The validating webhook of istiod refuses the resource, and none of its settings holds.',
    fix: 'Fill in the block that is marked, or leave it out.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/DestinationRule', 'networking.istio.io/Sidecar'],
    codes: ['IST0106'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateTrafficPolicy, validateConnectionPool, validateOutlierDetection, validateTunnelSettings, validatePortTrafficPolicies)',
      'istio.io: DestinationRule reference, TrafficPolicy',
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
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: cart
            trafficPolicy:
              outlierDetection:
                consecutiveLocalOriginFailures: 5 #~ refused \`consecutiveLocalOriginFailures\`
              connectionPool: {} #~ refused \`connectionPool\`
              portLevelSettings:
                - connectionPool: { tcp: { maxConnections: 5 } } #~ refused
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: cart
            trafficPolicy:
              outlierDetection: { consecutive5xxErrors: 5 }
              connectionPool: { http: { http2MaxRequests: 100 } }
              portLevelSettings:
                - port: { number: 80 }
                  connectionPool: { tcp: { maxConnections: 5 } }
        `,
      },
    ],
  },
  check({ subject, report }) {
    tellRefusals(report, subject, [
      ...policies(subject),
      ...connectionPools(subject).flatMap((pool) => [...poolFaults(pool)]),
    ]);
  },
});

const PORT_BLOCKS = ['outlierDetection', 'connectionPool', 'loadBalancer', 'tls'];
const BLOCKS = [...PORT_BLOCKS, 'portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget'];
const KNOWN: ReadonlySet<string> = new Set([...BLOCKS, 'port']);

function* policies(resource: Resource): Generator<Refusal> {
  if (resource.type !== DESTINATION_RULE) return;
  for (const policy of trafficPolicies(resource)) {
    const { field, ofPort } = policy;
    if (lacks(field, ...(ofPort ? PORT_BLOCKS : BLOCKS)) && !field.at('tls').exists) {
      // A key that nobody knows is the mistake then, and schema-unknown-field tells it.
      if (field.entries().some(([key]) => !KNOWN.has(key))) continue;
      yield { at: field, what: ofPort ? 'the settings of a port are empty' : 'a traffic policy is empty', onKey: true };
      if (!ofPort) continue;
    }
    if (ofPort) {
      if (lacks(field, 'port')) yield { at: field, what: 'the settings of a port name no port', onKey: true };
    } else if (field.at('tunnel').hasValue && field.at('proxyProtocol').hasValue) {
      yield {
        at: field.at('proxyProtocol'),
        what: 'tunnel and proxyProtocol stand side by side, and only one of them can',
        onKey: true,
      };
      continue;
    }
    yield* outlierFaults(policy);
    const protocol = field.at('tunnel').at('protocol');
    const text = ofPort ? undefined : protocol.string();
    if (text && text !== 'CONNECT' && text !== 'POST')
      yield { at: protocol, what: `a tunnel is made by CONNECT or POST, and not by ${quote(text)}` };
  }
}

function* outlierFaults({ field }: TrafficPolicy): Generator<Refusal> {
  const outlier = field.at('outlierDetection');
  const local = outlier.at('consecutiveLocalOriginFailures');
  const split = outlier.at('splitExternalLocalOriginErrors');
  if ((local.number() ?? 0) > 0 && (!split.hasValue || split.value === false))
    yield {
      at: local,
      what: 'consecutiveLocalOriginFailures counts only where splitExternalLocalOriginErrors is true',
      onKey: true,
    };
}

function* poolFaults(pool: Field): Generator<Refusal> {
  const http = pool.at('http');
  if (lacks(pool, 'http', 'tcp') && !http.exists && !pool.at('tcp').exists) {
    yield { at: pool, what: 'a connectionPool has neither http nor tcp', onKey: true };
    return;
  }
  if (http.at('h2UpgradePolicy').value === 'UPGRADE' && http.at('useClientProtocol').value === true)
    yield {
      at: http.at('useClientProtocol'),
      what: 'h2UpgradePolicy UPGRADE and useClientProtocol true exclude each other',
      onKey: true,
    };
  const keepAlive = http.at('http2KeepAlive');
  if (keepAlive.isMapping)
    for (const key of ['interval', 'timeout'])
      if (lacksText(keepAlive, key)) yield { at: keepAlive, what: `http2KeepAlive has no ${key}`, onKey: true };
}
