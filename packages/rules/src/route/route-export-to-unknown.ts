import {
  defineRule,
  didYouMean,
  type Field,
  isDnsLabel,
  isPatchedAt,
  isSystemNamespace,
  knownNamespaces,
  nameOf,
} from '@meshvet/core';

export const routeExportToUnknown = defineRule({
  meta: {
    id: 'route-export-to-unknown',
    summary: 'A resource is exported to a namespace that does not exist.',
    why: 'Proxies of the namespace that was meant do not see the resource; they go on as if it were not there.',
    fix: 'Write the name of a namespace, "." for the own one, or "*" for all.',
    severity: 'warning',
    subject: 'resource',
    types: [
      'networking.istio.io/DestinationRule',
      'networking.istio.io/ServiceEntry',
      'networking.istio.io/VirtualService',
    ],
    codes: ['KIA0005'],
    sources: [
      'istio/istio pilot/pkg/model/push_context.go',
      'kiali business/checkers/common/export_to_namespace_checker.go',
    ],
    messages: {
      unknown: '{resource}: exportTo names namespace "{written}", which does not exist{meant}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a slip of the pen',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: office }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: till, namespace: shop }
          spec:
            host: till
            exportTo: [".", "ofice"] #~ unknown \`"ofice"\`
        `,
      },
    ],
    good: [
      {
        settings: { closedWorld: true },
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: office }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: till, namespace: shop }
          spec:
            host: till
            exportTo: [".", "office"]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    // Namespaces are seldom all among the files of one repository.
    if (!mesh.settings.closedWorld || resource.partial || isSystemNamespace(resource.namespace)) return;
    if (isPatchedAt(resource, 'spec', 'exportTo')) return;
    const names = mesh.derive(knownNamespaces);
    for (const field of (resource.body.at('spec').at('exportTo').items() as Field[]).slice(0, MOST)) {
      const written = field.string();
      // What is no name at all is refused, and so told by another rule.
      if (written === undefined || !isDnsLabel(written) || names.has(written) || written === resource.namespace)
        continue;
      if (mesh.externals.namespace(written)) continue;
      const near = names.size <= MOST_NAMES ? didYouMean(written, names) : undefined;
      const meant = near === undefined ? '' : ` (did you mean "${near}"?)`;
      report(field, 'unknown', { resource: nameOf(resource), written, meant });
    }
  },
});

const MOST = 200;
const MOST_NAMES = 500;
