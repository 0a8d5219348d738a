import { defineRule, nameOf } from '@meshvet/core';

const KEY = 'networking.istio.io/exportTo';

export const serviceExportToInvalid = defineRule({
  meta: {
    id: 'service-export-to-invalid',
    summary: 'The exportTo annotation of a Service names no namespace, or contradicts itself.',
    why: 'istiod takes each entry as it is written, so clients in the namespaces that were meant lose the Service, or all of them keep it.',
    fix: 'Write "*", ".", "~", or names of namespaces with commas between them.',
    severity: 'error',
    about: 'istio',
    subject: 'service',
    sources: [
      'istio/istio pilot/pkg/serviceregistry/kube/conversion.go',
      'istio/istio pilot/pkg/model/push_context.go',
      'istio.io: Resource Annotations, networking.istio.io/exportTo',
    ],
    messages: {
      noNamespace:
        '{service}: {key} has the entry "{entry}", which is no name of a namespace; nobody sees the Service by it.',
      hidden:
        '{service}: {key} is "{value}"; "~" hides the Service from everybody, so the other entries have no effect.',
      everybody:
        '{service}: {key} is "{value}"; "*" shows the Service to everybody, so the other entries have no effect.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a list in brackets is one text to istiod',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata:
            name: cart
            namespace: shop
            annotations:
              networking.istio.io/exportTo: "[shop, checkout]" #~ noNamespace
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
      {
        title: 'nobody, and one more',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata:
            name: cart
            namespace: shop
            annotations: { networking.istio.io/exportTo: "~,checkout" } #~ hidden
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
    good: [
      {
        title: 'its own namespace and another',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata:
            name: cart
            namespace: shop
            annotations: { networking.istio.io/exportTo: "., checkout" }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
  },
  check({ subject: { resource }, report }) {
    const value = resource.annotations.get(KEY);
    // An empty text is no annotation to istiod.
    if (value === undefined || value === '' || resource.annotations.mayChange(KEY)) return;
    const field = resource.annotations.at(KEY);
    const words = { service: nameOf(resource), key: KEY };
    const entries = value.split(',').map((entry) => entry.trim());
    const wrong = entries.find((entry) => !SPECIAL.has(entry) && !isNamespaceName(entry));
    if (entries.length > 1 && entries.includes('*'))
      report(field, 'everybody', { ...words, value }, { severity: 'warning' });
    else if (entries.length > 1 && entries.includes('~')) report(field, 'hidden', { ...words, value });
    else if (wrong !== undefined)
      // One comma too many harms nobody.
      report(field, 'noNamespace', { ...words, entry: wrong }, { severity: wrong === '' ? 'warning' : 'error' });
  },
});

const SPECIAL: ReadonlySet<string> = new Set(['*', '.', '~']);

function isNamespaceName(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text);
}
