import { defineRule, type Field, isSystemNamespace, type Mesh, nameOf } from '@meshvet/core';

export const gatewayApiGrantNamespaceUnknown = defineRule({
  meta: {
    id: 'gateway-api-grant-namespace-unknown',
    summary: 'A ReferenceGrant permits references from a namespace that does not exist.',
    why: 'Namespaces are compared as text, so such an entry permits nothing, and the references that it was written for stay refused.',
    fix: 'Write the namespace of the route or the Gateway that refers to something here.',
    severity: 'warning',
    subject: 'resource',
    types: ['gateway.networking.k8s.io/ReferenceGrant'],
    codes: ['KIA1601'],
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#referencegrant',
      'kiali business/checkers/k8sreferencegrants/namespace_checker.go',
    ],
    messages: {
      unknown: '{grant}: there is no namespace "{namespace}", so this entry permits nothing.',
    },
  },
  examples: {
    bad: [
      {
        title: 'everything was read, and no such namespace',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: edge }
          ---
          apiVersion: gateway.networking.k8s.io/v1beta1
          kind: ReferenceGrant
          metadata: { name: edge, namespace: shop }
          spec:
            from:
              - group: gateway.networking.k8s.io
                kind: HTTPRoute
                namespace: egde #~ unknown \`egde\`
            to: [{ group: "", kind: Service }]
        `,
      },
    ],
    good: [
      {
        title: 'the namespace may be made elsewhere',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1beta1
          kind: ReferenceGrant
          metadata: { name: edge, namespace: shop }
          spec:
            from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge }]
            to: [{ group: "", kind: Service }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.type !== 'gateway.networking.k8s.io/ReferenceGrant' || resource.partial) return;
    if (isSystemNamespace(resource.namespace)) return;
    for (const entry of resource.body.at('spec').at('from').items() as Field[]) {
      const field = entry.at('namespace');
      const namespace = field.string();
      // Where something stands in it, there is such a namespace, with or without its manifest.
      if (namespace && mesh.namespace(namespace).state === 'missing' && !mesh.derive(namesInUse).has(namespace))
        report(field, 'unknown', { grant: nameOf(resource), namespace });
    }
  },
});

function namesInUse(mesh: Mesh): ReadonlySet<string | undefined> {
  return new Set(
    mesh.resources.filter(({ type }) => type !== 'gateway.networking.k8s.io/ReferenceGrant').map((r) => r.namespace),
  );
}
