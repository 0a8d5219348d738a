import { defineRule, nameOf } from '@meshvet/core';
import { askedText, listText } from '../shared/schema/schema-words.ts';

export const schemaVersionUnserved = defineRule({
  meta: {
    id: 'schema-version-unserved',
    summary:
      'A resource of Istio, the Gateway API or Linkerd has an API version, or a kind, that the API server does not serve.',
    why: 'The API server knows no such kind in this version and refuses the resource, so what it should configure never takes effect.',
    fix: 'Write a version that is served, with the fields that the kind has in it.',
    severity: 'error',
    subject: 'resource',
    sources: [
      'istio/istio manifests/charts/base/files/crd-all.gen.yaml, by release',
      'kubernetes-sigs/gateway-api config/crd, by release and channel (v1alpha2 of HTTPRoute and Gateway went with 1.0)',
      'linkerd/linkerd2 charts/linkerd-crds, by release',
    ],
    messages: {
      never: '{resource}: no known release of {product} serves {kind} as "{written}"; write {served}.',
      before: '{resource}: {product} 1.0 and later do not serve {kind} as "{written}"; write {served}.',
      gone: '{resource}: {release} does not serve {kind} as "{written}" any more, {last} did; write {served}.',
      kind: '{resource}: {product} has no kind "{kind}" in {group}; did you mean "{meant}"?',
    },
  },
  examples: {
    bad: [
      {
        title: 'the version of another kind, and a kind that does not exist',
        yaml: `
          apiVersion: policy.linkerd.io/v1beta3 #~ never \`policy.linkerd.io/v1beta3\`
          kind: AuthorizationPolicy
          metadata: { name: front-only, namespace: web }
          spec:
            targetRef: { group: policy.linkerd.io, kind: Server, name: pages }
            requiredAuthenticationRefs: []
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HttpRoute #~ kind \`HttpRoute\`
          metadata: { name: cart, namespace: shop }
          spec: { parentRefs: [{ name: edge }] }
        `,
      },
      {
        title: 'a version from before the first release',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1alpha2 #~ before \`gateway.networking.k8s.io/v1alpha2\`
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec: { parentRefs: [{ name: edge }] }
        `,
      },
    ],
    good: [
      {
        title: 'what is served',
        yaml: `
          apiVersion: policy.linkerd.io/v1alpha1
          kind: AuthorizationPolicy
          metadata: { name: front-only, namespace: web }
          spec:
            targetRef: { group: policy.linkerd.io, kind: Server, name: pages }
            requiredAuthenticationRefs: []
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec: { parentRefs: [{ name: edge }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const shape = mesh.shapeOf(resource);
    if (shape?.basis.from !== 'release') return;
    const { unserved, meantKind, basis } = shape;
    const { kind, group, apiVersion } = resource;
    const words = { resource: nameOf(resource), product: basis.product, kind };
    if (meantKind !== undefined) {
      const field = resource.body.at('kind');
      report(field.exists ? field : resource.body, 'kind', { ...words, group, meant: meantKind });
      return;
    }
    if (!unserved) return;
    const field = resource.body.at('apiVersion');
    const place = field.exists ? field : resource.body;
    const served = listText(
      unserved.served.map((version) => `${group}/${version}`),
      'or',
    );
    const all = { ...words, written: apiVersion, served };
    if (unserved.last !== undefined) report(place, 'gone', { ...all, release: askedText(shape), last: unserved.last });
    else if (unserved.certain) report(place, 'never', all);
    // A cluster with definitions of the years before may still be there.
    else report(place, 'before', all, { severity: 'warning' });
  },
});
