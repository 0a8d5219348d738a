import { defineRule, fieldAt, nameOf, VIRTUAL_SERVICE } from '@meshvet/core';
import { basisText, faultsOf, objectText, standingOf } from '../shared/schema/schema-words.ts';

export const schemaMissingField = defineRule({
  meta: {
    id: 'schema-missing-field',
    summary: 'A resource lacks a field that its kind requires.',
    why: 'The API server refuses the resource, so what it should configure never takes effect.',
    fix: 'Write the field.',
    severity: 'error',
    subject: 'resource',
    codes: ['IST0101/host'],
    sources: [
      'istio/istio manifests/charts/base/files/crd-all.gen.yaml',
      'kubernetes-sigs/gateway-api config/crd, by release and channel',
      'linkerd/linkerd2 charts/linkerd-crds, by release',
      'kubernetes: CustomResourceDefinitions, Validation',
    ],
    messages: {
      missing: '{resource}: {object} has no "{key}"; the API server requires it and refuses the resource{basis}.',
      empty:
        '{resource}: "{key}" of {object} has no value; the API server requires one and refuses the resource{basis}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a ServiceEntry without hosts, and a port without number',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: billing, namespace: shop }
          spec: #~ missing \`spec\`
            ports:
              - name: tls #~ missing \`name\`
                protocol: TLS
            resolution: DNS
        `,
      },
      {
        title: 'a key with nothing behind it',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: #~ empty \`host\`
        `,
      },
    ],
    good: [
      {
        title: 'what is required is there',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: billing, namespace: shop }
          spec:
            hosts: [billing.example.com]
            ports: [{ name: tls, number: 443, protocol: TLS }]
            resolution: DNS
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const shape = mesh.shapeOf(resource);
    for (const fault of faultsOf(shape, 'missing-field')) {
      if (!shape) return;
      const { key, path } = fault;
      const words = { resource: nameOf(resource), object: objectText(resource, path), key, basis: basisText(shape) };
      const object = fieldAt(resource.body, path);
      const field = object.at(key);
      const standing = standingOf(shape, fault);
      const ofHost = resource.type === VIRTUAL_SERVICE && HOST_KEYS.has(key) && path.includes('route');
      const codes = ofHost ? ['IST0101/host'] : [];
      if (field.exists) report(field, 'empty', words, { ...standing, codes, onKey: true });
      else report(object, 'missing', words, { ...standing, codes });
    }
  },
});

// A route destination without one of them names no host.
const HOST_KEYS: ReadonlySet<string> = new Set(['destination', 'host']);
