import {
  contradiction,
  defineRule,
  fewestLabels,
  injectors,
  isCalledForPods,
  isDeactivated,
  istioInjectors,
  type Mesh,
  type Webhook,
} from '@meshvet/core';

export const webhookOverlap = defineRule({
  meta: {
    id: 'webhook-overlap',
    summary: 'Two injection webhooks of Istio select the same pod.',
    why: 'The API server calls both, so the pod is injected twice and gets the proxy of the revision that comes last by name.',
    fix: 'Make the selectors exclude each other, as those of the charts do, or remove the configuration of the revision that no longer owns the label.',
    severity: 'error',
    about: 'any mesh',
    subject: 'resource',
    types: [
      'admissionregistration.k8s.io/MutatingWebhookConfiguration',
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    ],
    codes: ['IST0139'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/webhook/webhook.go',
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'istio/istio istioctl/pkg/tag',
    ],
    messages: {
      overlap: '{webhook} and {other} both select {pod}; each pod must be selected by one of them only.',
      sameBackend:
        '{webhook} and {other} both select {pod} and call the same injector, which then injects the pod a second time.',
    },
  },
  examples: {
    bad: [
      {
        title: 'two revisions own the label istio-injection',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector, labels: { istio.io/rev: default } }
          webhooks:
            - name: namespace.sidecar-injector.istio.io #~ overlap
              clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
              namespaceSelector: { matchExpressions: [{ key: istio-injection, operator: In, values: [enabled] }] }
              objectSelector: { matchExpressions: [{ key: sidecar.istio.io/inject, operator: NotIn, values: ["false"] }] }
          ---
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-revision-tag-default, labels: { istio.io/rev: canary, istio.io/tag: default } }
          webhooks:
            - name: namespace.sidecar-injector.istio.io #~ overlap
              clientConfig: { service: { name: istiod-canary, namespace: istio-system, path: /inject } }
              namespaceSelector: { matchExpressions: [{ key: istio-injection, operator: In, values: [enabled] }] }
              objectSelector: { matchExpressions: [{ key: sidecar.istio.io/inject, operator: NotIn, values: ["false"] }] }
        `,
      },
    ],
    good: [
      {
        title: 'the former owner was put out of work',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector, labels: { istio.io/rev: default } }
          webhooks:
            - name: namespace.sidecar-injector.istio.io
              clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
              namespaceSelector: { matchLabels: { istio.io/deactivated: never-match } }
              objectSelector: { matchLabels: { istio.io/deactivated: never-match } }
          ---
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-revision-tag-default, labels: { istio.io/rev: canary, istio.io/tag: default } }
          webhooks:
            - name: namespace.sidecar-injector.istio.io
              clientConfig: { service: { name: istiod-canary, namespace: istio-system, path: /inject } }
              namespaceSelector: { matchExpressions: [{ key: istio-injection, operator: In, values: [enabled] }] }
              objectSelector: { matchExpressions: [{ key: sidecar.istio.io/inject, operator: NotIn, values: ["false"] }] }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    for (const webhook of istioInjectors(mesh, subject)) {
      if (!isJudged(webhook)) continue;
      const others = injectors(mesh).filter((other) => overlaps(mesh, webhook, other));
      if (others.length === 0) continue;
      // The plainest pod stands for all: one that Istio's own labels describe, before one that carries labels of somebody else's.
      const pods = others.map((other) => ({ other, pod: podOf(webhook, other) }));
      const chosen = pods.find(({ pod }) => pod.plain) ?? (pods[0] as (typeof pods)[number]);
      const same = pods.every(({ other }) => backendOf(other) === backendOf(webhook));
      const labels = others.map((other) => other.label).sort();
      report(
        webhook.name === '' ? webhook.field : webhook.field.at('name'),
        same ? 'sameBackend' : 'overlap',
        {
          webhook: webhook.label,
          other: labels.length > 1 ? `${chosen.other.label} and ${labels.length - 1} more` : chosen.other.label,
          pod: chosen.pod.text,
        },
        {
          // With labels that are not Istio's, such a pod may never be made.
          severity: chosen.pod.plain && !same ? 'error' : 'warning',
          codes: chosen.pod.plain ? ['IST0139'] : [],
          related: others.slice(0, 3).map((other) => ({ at: other.field.at('name'), note: 'selects it too' })),
        },
      );
    }
  },
});

const ISTIO_KEYS: ReadonlySet<string> = new Set(['istio-injection', 'istio.io/rev', 'sidecar.istio.io/inject']);

// matchConditions are CEL, which nobody evaluates here.
function isJudged(webhook: Webhook): boolean {
  return isCalledForPods(webhook) && !isDeactivated(webhook) && !webhook.field.at('matchConditions').hasValue;
}

function overlaps(mesh: Mesh, one: Webhook, other: Webhook): boolean {
  if (other.owner !== 'istio' || one.field.value === other.field.value || !isJudged(other)) return false;
  if (one.resource !== other.resource) {
    if (mesh.sameObject(one.resource, other.resource) || !mesh.together(one.resource, other.resource)) return false;
  }
  return (['namespaceSelector', 'objectSelector'] as const).every((which) => {
    const [a, b] = [one[which].requirements, other[which].requirements];
    return a !== undefined && b !== undefined && contradiction([...a, ...b]) === undefined;
  });
}

function backendOf({ url, service }: Webhook): string {
  return url ?? `${service?.namespace}/${service?.name}`;
}

// A pod that both select: "a pod with sidecar.istio.io/inject=true in a namespace with istio-injection=enabled".
function podOf(one: Webhook, other: Webhook): { readonly text: string; readonly plain: boolean } {
  const labels = (which: 'namespaceSelector' | 'objectSelector') =>
    fewestLabels([...(one[which].requirements ?? []), ...(other[which].requirements ?? [])]);
  const [namespace, pod] = [labels('namespaceSelector'), labels('objectSelector')];
  const text = (list: typeof pod) =>
    list.length === 0 ? 'without labels' : `with ${list.map(([key, value]) => `${key}=${value}`).join(', ')}`;
  return {
    text: `a pod ${text(pod)} in a namespace ${text(namespace)}`,
    plain: [...namespace, ...pod].every(([key]) => ISTIO_KEYS.has(key)),
  };
}
