import { defineRule } from '@meshvet/core';

export const istioRemovedResource = defineRule({
  meta: {
    id: 'istio-removed-resource',
    summary: 'A CustomResourceDefinition stands for a kind that Istio reads no more.',
    why: 'The cluster goes on taking such objects, and nothing of what they allow or forbid happens.',
    fix: 'Write AuthorizationPolicy in place of the rbac.istio.io kinds, and delete the definition with its objects.',
    severity: 'warning',
    subject: 'resource',
    types: ['apiextensions.k8s.io/CustomResourceDefinition'],
    codes: ['IST0002'],
    since: '1.6',
    sources: [
      'istio/istio pkg/config/analysis/analyzers/deprecation/deprecation.go',
      'istio.io/news/releases/1.6.x/announcing-1.6/upgrade-notes/',
    ],
    messages: {
      removed:
        'CustomResourceDefinition {name}: {kind} of rbac.istio.io is gone since Istio 1.6; AuthorizationPolicy has taken its place.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the roles of Istio before 1.6',
        yaml: `
          apiVersion: apiextensions.k8s.io/v1
          kind: CustomResourceDefinition
          metadata: { name: serviceroles.rbac.istio.io }
          spec:
            group: rbac.istio.io
            names: { kind: ServiceRole, plural: serviceroles } #~ removed \`ServiceRole\`
            scope: Namespaced
            versions: [{ name: v1alpha1, served: true, storage: true }]
        `,
      },
    ],
    good: [
      {
        title: 'a kind of today',
        yaml: `
          apiVersion: apiextensions.k8s.io/v1
          kind: CustomResourceDefinition
          metadata: { name: authorizationpolicies.security.istio.io }
          spec:
            group: security.istio.io
            names: { kind: AuthorizationPolicy, plural: authorizationpolicies }
            scope: Namespaced
            versions: [{ name: v1, served: true, storage: true }]
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    if (resource.type !== 'apiextensions.k8s.io/CustomResourceDefinition' || resource.partial) return;
    const spec = resource.body.at('spec');
    const field = spec.at('names').at('kind');
    const kind = field.string();
    if (spec.at('group').string() !== 'rbac.istio.io' || kind === undefined || !REMOVED.has(kind)) return;
    // istioctl reads definitions of version v1 alone.
    report(field, 'removed', { name: resource.name, kind }, { codes: resource.version === 'v1' ? ['IST0002'] : [] });
  },
});

const REMOVED: ReadonlySet<string> = new Set(['ClusterRbacConfig', 'RbacConfig', 'ServiceRole', 'ServiceRoleBinding']);
