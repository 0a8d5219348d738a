import { defineRule, INJECTION_KEY, meaningOf } from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';

export const injectNamespaceLabelInvalid = defineRule({
  meta: {
    id: 'inject-namespace-label-invalid',
    summary: 'Label istio-injection of a Namespace is neither "enabled" nor "disabled".',
    why: 'Only "enabled" turns injection on; any other value keeps the sidecar from every pod of the namespace, since Istio 1.10 even from those that ask for one.',
    fix: 'Write istio-injection: enabled, or disabled.',
    severity: 'error',
    about: 'istio',
    subject: 'namespace',
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'istio.io: Installing the Sidecar',
    ],
    messages: {
      vetoes:
        'Namespace {namespace}: label istio-injection is "{value}"; only "enabled" turns injection on, and any other value keeps it from every pod, also from those with label sidecar.istio.io/inject "true".',
      notSelected:
        'Namespace {namespace}: label istio-injection is "{value}"; only "enabled" turns injection on, so no pod of the namespace gets a sidecar.',
      injected:
        'Namespace {namespace}: label istio-injection is "{value}"; with enableNamespacesByDefault this Istio knows only "disabled", so the pods get a sidecar.',
      offAnyway:
        'Namespace {namespace}: label istio-injection is "{value}", which Istio does not know; nothing is injected, as with any value but "enabled". Write "disabled".',
    },
  },
  examples: {
    bad: [
      {
        title: '"true" does not turn injection on',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio-injection: "true" #~ vetoes \`"true"\`
        `,
      },
      {
        title: 'before Istio 1.10',
        settings: { istioVersion: '1.4' },
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio-injection: Enabled #~ notSelected
        `,
      },
    ],
    good: [
      {
        title: 'enabled, and disabled',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: batch, labels: { istio-injection: disabled } }
        `,
      },
    ],
  },
  check({ subject: namespace, mesh, report }) {
    const { labels } = namespace.resource;
    const field = labels.at(INJECTION_KEY);
    const value = labels.get(INJECTION_KEY);
    // Of a value that is no string another rule speaks.
    if (
      value === undefined ||
      labels.mayChange(INJECTION_KEY) ||
      !(typeof field.value === 'string' || field.value === null)
    )
      return;
    if (value === 'enabled' || value === 'disabled') return;
    const data = { namespace: namespace.name, value };
    const meaning = meaningOf(value);
    const meant = meaning === 'true' ? 'enabled' : meaning === 'false' ? 'disabled' : undefined;
    const help =
      meant === undefined
        ? {}
        : {
            fix: `Write istio-injection: ${meant}.`,
            edits: replaceString(field, meant),
          };
    // Charts before 1.10 selected by default whatever is not `disabled`; later ones want the label absent.
    const { outcome } = mesh.injectionIn(namespace);
    if (outcome === 'injected') return report(field, 'injected', data, help);
    if (outcome === 'unknown') return;
    if (meant === 'disabled') return report(field, 'offAnyway', data, { ...help, severity: 'warning' });
    report(field, mesh.istioAtLeast('1.10') ? 'vetoes' : 'notSelected', data, help);
  },
});
