import { defineRule, mappings, type Resource, specOf, VIRTUAL_SERVICE } from '@meshvet/core';
import { DOUBTED, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';
import {
  corsFaults,
  faultFaults,
  redirectFault,
  responseFaults,
  retryFaults,
  rewriteFault,
} from '../shared/refusals/route-actions.ts';

export const schemaVirtualServiceAction = defineRule({
  meta: {
    id: 'schema-virtual-service-action',
    summary: 'A redirect, rewrite, answer, fault, retry or CORS policy of a VirtualService makes no sense.',
    why: 'The validating webhook of istiod refuses the VirtualService, and the routes stay as they were.',
    fix: 'Write what Istio takes at the marked place, or leave the block out.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateHTTPRedirect, validateHTTPRewrite, validateHTTPDirectResponse, validateHTTPFaultInjection, validateHTTPRetry, validateCORSPolicy)',
      'istio.io: VirtualService reference',
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
              - match: [{ uri: { exact: /old } }]
                redirect: { prefixRewrite: /new } #~ refused \`prefixRewrite\`
              - retries: { attempts: 3, retryOn: "5xx, reset" } #~ refused \`"5xx, reset"\`
                fault: { abort: {} } #~ doubted \`abort\`
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
              - match: [{ uri: { prefix: /old } }]
                redirect: { prefixRewrite: /new, redirectCode: 308 }
              - retries: { attempts: 3, retryOn: "5xx,reset,503" }
                fault: { abort: { grpcStatus: UNAVAILABLE } }
                corsPolicy: { allowOrigins: [{ prefix: "https://" }], allowMethods: [GET], allowHeaders: ["*"] }
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
  },
  check({ subject, report }) {
    tellVerdicts(report, subject, refusals(subject));
  },
});

function* refusals(resource: Resource): Generator<Refusal> {
  for (const route of mappings(specOf(resource, VIRTUAL_SERVICE)?.at('http') ?? resource.body.at('').at(''))) {
    for (const fault of [redirectFault(route), rewriteFault(route)]) if (fault) yield fault;
    yield* responseFaults(route);
    yield* corsFaults(route);
    yield* faultFaults(route);
    yield* retryFaults(route);
  }
}
