import {
  DESTINATION_RULE,
  defineRule,
  type Field,
  isDnsLabel,
  isPatchedAt,
  type Resource,
  SERVICE_ENTRY,
  specOf,
  texts,
  VIRTUAL_SERVICE,
} from '@meshvet/core';
import { quote, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaExportTo = defineRule({
  meta: {
    id: 'schema-export-to',
    summary: 'The list exportTo of a resource of Istio contradicts itself, or names what is no namespace.',
    why: 'The validating webhook of istiod refuses the resource, since nobody can tell who should see it.',
    fix: 'Write "*" alone for everybody, "." for the own namespace, or the names of namespaces.',
    severity: 'error',
    subject: 'resource',
    types: [
      'networking.istio.io/DestinationRule',
      'networking.istio.io/ServiceEntry',
      'networking.istio.io/VirtualService',
    ],
    codes: ['IST0106'],
    sources: ['istio/istio pkg/config/validation/validation.go (validateExportTo)'],
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
            exportTo: [".", "*"] #~ refused \`"*"\`
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
            exportTo: [".", istio-system]
        `,
      },
    ],
  },
  check({ subject, report }) {
    tellRefusals(report, subject, refusals(subject));
  },
});

function* refusals(resource: Resource): Generator<Refusal> {
  const spec = specOf(resource, VIRTUAL_SERVICE, DESTINATION_RULE, SERVICE_ENTRY);
  if (!spec) return;
  const field: Field = spec.at('exportTo');
  const entries = texts(field);
  // Where a later step names the namespace, "." and its name cannot be told apart.
  const own =
    resource.rewrites?.namespace || isPatchedAt(resource, 'metadata', 'namespace')
      ? undefined
      : resource.namespaceWritten
        ? resource.namespace
        : undefined;
  const seen = new Set<string>();
  for (const { item, text } of entries) {
    const name = text === '.' && own !== undefined ? own : text;
    if (text !== '.' && text !== '*' && !(text === '~' && resource.type === SERVICE_ENTRY) && !isDnsLabel(text))
      yield { at: item, what: `exportTo ${quote(text)} is no name of a namespace, and neither "." nor "*"` };
    else if (seen.has(name))
      yield {
        at: item,
        what: `exportTo names ${text === '.' || text === own ? 'the own namespace' : quote(text)} twice`,
      };
    else if ((text === '*' || text === '~') && field.items().length > 1)
      yield {
        at: item,
        what: `exportTo has ${quote(text)}, which stands for ${text === '*' ? 'everybody' : 'nobody'}, beside others`,
      };
    seen.add(name);
  }
  if (resource.type !== DESTINATION_RULE || !spec.at('workloadSelector').isMapping) return;
  const other =
    entries.find(({ text }) => text !== '.' && text !== own && own !== undefined && isDnsLabel(text)) ??
    entries.find(({ text }) => text === '*');
  if (other)
    yield {
      at: other.item,
      what: `a rule with a workloadSelector holds in its own namespace only, and exportTo names ${quote(other.text)}`,
    };
}
