import {
  DESTINATION_RULE,
  defineRule,
  type Field,
  mappings,
  type Resource,
  SERVICE_ENTRY,
  specOf,
  VIRTUAL_SERVICE,
  WORKLOAD_ENTRY,
  WORKLOAD_GROUP,
} from '@meshvet/core';
import { labelKeyFault, labelValueFault } from '../shared/refusals/label-values.ts';
import { isSettledKey, quote, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaLabel = defineRule({
  meta: {
    id: 'schema-label',
    summary: 'A label in a resource of Istio is written in a way that no label can have.',
    why: 'No pod carries such a label, so nothing would ever match; the validating webhook of istiod refuses the resource.',
    fix: 'Write a key and a value of letters, digits, hyphens, underscores and dots.',
    severity: 'error',
    subject: 'resource',
    types: [
      'networking.istio.io/DestinationRule',
      'networking.istio.io/ServiceEntry',
      'networking.istio.io/VirtualService',
      'networking.istio.io/WorkloadEntry',
      'networking.istio.io/WorkloadGroup',
    ],
    codes: ['IST0106'],
    sources: ['istio/istio pkg/config/labels/instance.go (Validate)'],
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
            subsets:
              - name: v1
                labels:
                  version: "v1, v2" #~ refused \`"v1, v2"\`
              - name: v3
                labels:
                  -version: v3 #~ refused \`-version\`
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
            subsets:
              - name: v1
                labels: { app.kubernetes.io/version: v1.2_3, track: "" }
        `,
      },
    ],
  },
  check({ subject, report }) {
    tellRefusals(report, subject, labelMaps(subject).flatMap(mapRefusals));
  },
});

function mapRefusals(map: Field): Refusal[] {
  return map.entries().flatMap(([key, field]): Refusal[] => {
    const fault = isSettledKey(key) ? labelKeyFault(key) : undefined;
    if (fault !== undefined)
      return [{ at: field, what: `the key ${quote(key)} is none that a label can have: ${fault}`, onKey: true }];
    const value = field.string();
    const wrong = value === undefined ? undefined : labelValueFault(value);
    return wrong === undefined
      ? []
      : [{ at: field, what: `${quote(value as string)} is no value that a label can have: ${wrong}` }];
  });
}

function labelMaps(resource: Resource): Field[] {
  const found: Field[] = [];
  const spec = (type: string) => specOf(resource, type);
  for (const kind of ['http', 'tls', 'tcp']) {
    for (const route of mappings(spec(VIRTUAL_SERVICE)?.at(kind) ?? resource.body.at('').at('')))
      for (const match of mappings(route.at('match'))) found.push(match.at('sourceLabels'));
  }
  for (const subset of mappings(spec(DESTINATION_RULE)?.at('subsets') ?? resource.body.at('').at('')))
    found.push(subset.at('labels'));
  for (const endpoint of mappings(spec(SERVICE_ENTRY)?.at('endpoints') ?? resource.body.at('').at('')))
    found.push(endpoint.at('labels'));
  const entry = spec(WORKLOAD_ENTRY);
  if (entry) found.push(entry.at('labels'));
  const group = spec(WORKLOAD_GROUP);
  if (group) found.push(group.at('metadata').at('labels'));
  return found;
}
