import { defineRule, destinationRuleToJudge, isPatchedAt, lookupHost, nameOf } from '@meshvet/core';

export const routeSubsetNoLabels = defineRule({
  meta: {
    id: 'route-subset-no-labels',
    summary: 'A subset has no labels.',
    why: 'Such a subset holds all endpoints of the host, so a route to it sends to every version alike.',
    fix: 'Write the labels of the pods that the subset is meant for; a subset of all endpoints is right only to give them a traffic policy of their own.',
    severity: 'info',
    advice: true,
    subject: 'resource',
    types: ['networking.istio.io/DestinationRule'],
    codes: ['KIA0209'],
    sources: [
      'istio.io/docs/reference/config/networking/destination-rule/#Subset',
      'kiali business/checkers/destinationrules/no_dest_checker.go',
    ],
    messages: {
      noLabels: '{rule}: subset "{subset}" has no labels, so it holds all endpoints of {host}.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: reviews, namespace: shop }
          spec:
            host: reviews
            subsets:
              - name: v1 #~ noLabels \`v1\`
              - name: v2
                labels: { version: v2 }
        `,
      },
    ],
    good: [
      {
        title: 'a traffic policy of its own',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: reviews, namespace: shop }
          spec:
            host: reviews
            subsets:
              - name: sticky
                trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: x-user } } }
              - name: v2
                labels: { version: v2 }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const rule = destinationRuleToJudge(mesh, resource);
    if (!rule?.host || isPatchedAt(resource, 'spec', 'subsets')) return;
    // A host that is not there is told once, by its own rule.
    if (!rule.host.wildcard && lookupHost(mesh, rule.host.written, resource).state === 'missing') return;
    for (const { name, labels, field } of rule.subsets) {
      if (name === undefined || labels?.length !== 0 || field.at('trafficPolicy').hasValue) continue;
      report(field.at('name'), 'noLabels', { rule: nameOf(resource), subset: name, host: rule.host.written });
    }
  },
});
