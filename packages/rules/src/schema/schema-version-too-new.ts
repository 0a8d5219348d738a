import { defineRule, nameOf } from '@meshvet/core';
import { askedText, listText, sinceText } from '../shared/schema/schema-words.ts';

export const schemaVersionTooNew = defineRule({
  meta: {
    id: 'schema-version-too-new',
    summary:
      'A resource has a kind or an API version that only a later release of Istio, the Gateway API or Linkerd serves.',
    why: 'The API server knows no such kind and refuses the resource, so what it should configure never takes effect.',
    fix: 'Write an API version that the installed release serves, or upgrade the definitions first.',
    severity: 'error',
    subject: 'resource',
    sources: [
      'istio/istio manifests/charts/base/files/crd-all.gen.yaml, by release',
      'kubernetes-sigs/gateway-api config/crd, by release and channel',
      'linkerd/linkerd2 charts/linkerd-crds, by release',
    ],
    messages: {
      version: '{resource}: {release} does not serve {kind} as "{written}": {since}; write {served}.',
      kind: '{resource}: {release} has no kind {kind}: {since}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'v1 before 1.22',
        yaml: `
          apiVersion: networking.istio.io/v1 #~ version \`networking.istio.io/v1\`
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec: { hosts: [cart], http: [{ route: [{ destination: { host: cart } }] }] }
        `,
        settings: { istioVersion: '1.21' },
      },
    ],
    good: [
      {
        title: 'v1beta1 before 1.22',
        yaml: `
          apiVersion: networking.istio.io/v1beta1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec: { hosts: [cart], http: [{ route: [{ destination: { host: cart } }] }] }
        `,
        settings: { istioVersion: '1.21' },
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const shape = mesh.shapeOf(resource);
    if (!shape?.tooNew) return;
    const { tooNew } = shape;
    const { kind, group, apiVersion } = resource;
    const words = { resource: nameOf(resource), release: askedText(shape), kind, since: sinceText(tooNew, shape) };
    if (tooNew.served.length === 0) {
      const field = resource.body.at('kind');
      report(field.exists ? field : resource.body, 'kind', words);
      return;
    }
    const field = resource.body.at('apiVersion');
    const served = listText(
      tooNew.served.map((version) => `${group}/${version}`),
      'or',
    );
    report(field.exists ? field : resource.body, 'version', { ...words, written: apiVersion, served });
  },
});
