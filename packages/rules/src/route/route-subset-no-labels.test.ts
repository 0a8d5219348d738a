import { testRule, yaml } from '@meshvet/core/testing';
import { routeSubsetNoLabels } from './route-subset-no-labels.ts';

testRule(routeSubsetNoLabels, {
  bad: {
    'an empty mapping': yaml`
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata: { name: reviews, namespace: shop }
      spec: { host: reviews, subsets: [{ name: v1, labels: {} }] } #~ noLabels
    `,
  },
  good: {
    'labels that are filled in later': yaml`
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata: { name: reviews, namespace: shop }
      spec: { host: reviews, subsets: [{ name: v1, labels: "$(LABELS)" }] }
    `,
    'a host that is not there is another mistake': {
      settings: { closedWorld: true },
      yaml: yaml`
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: reviews, namespace: shop }
        spec: { host: reviews, subsets: [{ name: v1 }] }
      `,
    },
  },
});
