import { defineRule, type Mesh, type Resource, trafficPolicies } from '@meshvet/core';
import { balancerFaults } from '../shared/refusals/load-balancers.ts';
import { DOUBTED, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';

export const schemaLoadBalancer = defineRule({
  meta: {
    id: 'schema-load-balancer',
    summary: 'The load balancer of a DestinationRule is described in a way that cannot work.',
    why: 'The validating webhook of istiod refuses the DestinationRule, or lets it pass and the setting does nothing.',
    fix: 'Write localities as region/zone/subzone, shares that make 100, and outlierDetection beside a failover.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/DestinationRule'],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateLoadBalancer)',
      'istio/istio pkg/config/validation/agent/validation.go (ValidateLocalityLbSetting)',
      'istio.io: locality load balancing',
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
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: cart
            trafficPolicy:
              loadBalancer:
                localityLbSetting:
                  distribute:
                    - from: europe/*
                      to: { "europe/*": 80, "asia/*": 10 } #~ refused \`to\`
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: reviews, namespace: shop }
          spec:
            host: reviews
            trafficPolicy:
              loadBalancer:
                localityLbSetting:
                  failover: [{ from: europe, to: asia }] #~ doubted \`failover\`
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
              loadBalancer:
                localityLbSetting:
                  failover: [{ from: europe, to: asia }]
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: reviews, namespace: shop }
          spec:
            host: reviews
            trafficPolicy:
              loadBalancer:
                localityLbSetting:
                  distribute:
                    - from: europe/*
                      to: { "europe/*": 80, "asia/*": 20 }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, refusals(subject, mesh));
  },
});

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  for (const { field, silent } of trafficPolicies(resource)) {
    for (const refusal of balancerFaults(field, mesh)) if (!(silent && refusal.mild)) yield refusal;
  }
}
