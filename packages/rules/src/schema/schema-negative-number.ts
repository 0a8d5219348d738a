import {
  connectionPools,
  defineRule,
  type Field,
  type Mesh,
  mappings,
  PROXY_CONFIG,
  type Resource,
  specOf,
  VIRTUAL_SERVICE,
  WORKLOAD_GROUP,
} from '@meshvet/core';
import { crdSays, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaNegativeNumber = defineRule({
  meta: {
    id: 'schema-negative-number',
    summary: 'A count of a resource of Istio is below zero.',
    why: 'There is no such number of connections, attempts or threads; the validating webhook of istiod refuses the resource.',
    fix: 'Write the number that is meant, or leave the field out for what is usual.',
    severity: 'error',
    subject: 'resource',
    types: [
      'networking.istio.io/DestinationRule',
      'networking.istio.io/ProxyConfig',
      'networking.istio.io/Sidecar',
      'networking.istio.io/VirtualService',
      'networking.istio.io/WorkloadGroup',
    ],
    codes: ['IST0106'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateConnectionPool, validateWeights, validateHTTPRetry, ValidateWorkloadGroup, ValidateProxyConfig)',
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
              connectionPool: { tcp: { maxConnections: -1 } } #~ refused \`-1\`
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
              connectionPool: { tcp: { maxConnections: 100 }, http: { maxRequestsPerConnection: 0 } }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    const negative = countsOf(subject, mesh).filter((field) => (field.number() ?? 0) < 0);
    const refusals = negative.map(
      (field): Refusal => ({ at: field, what: `${String(field.key)} ${field.number()} is below zero` }),
    );
    tellRefusals(report, subject, refusals);
  },
});

const HTTP_POOL = [
  'http1MaxPendingRequests',
  'http2MaxRequests',
  'maxRequestsPerConnection',
  'maxRetries',
  'maxConcurrentStreams',
];
const PROBE = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'];

function countsOf(resource: Resource, mesh: Mesh): Field[] {
  const found: Field[] = [];
  for (const pool of connectionPools(resource)) {
    for (const key of HTTP_POOL) found.push(pool.at('http').at(key));
    found.push(pool.at('tcp').at('maxConnections'));
  }
  const spec = specOf(resource, VIRTUAL_SERVICE);
  for (const kind of spec ? ['http', 'tls', 'tcp'] : []) {
    for (const route of mappings(spec?.at(kind) as Field)) {
      found.push(route.at('retries').at('attempts'));
      for (const entry of mappings(route.at('route'))) found.push(entry.at('weight'));
    }
  }
  const probe = crdSays(mesh, '1.24') ? undefined : specOf(resource, WORKLOAD_GROUP)?.at('probe');
  for (const key of probe ? PROBE : []) found.push((probe as Field).at(key));
  const proxy = crdSays(mesh, '1.23') ? undefined : specOf(resource, PROXY_CONFIG);
  if (proxy) found.push(proxy.at('concurrency'));
  return found;
}
