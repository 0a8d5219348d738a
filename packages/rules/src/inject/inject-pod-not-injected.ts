import {
  type Cause,
  DATAPLANE_KEY,
  defineRule,
  endsByItself,
  evidenceFor,
  evidenceForNamespace,
  INJECT_KEY,
  INJECTION_KEY,
  isControlPlane,
  isMadeByAnother,
  type Mesh,
  nameOf,
  namespacesOf,
  runningPod,
  speaksInVain,
  type Workload,
} from '@meshvet/core';
import { changeAsFix, factsAsRelated } from '../shared/edits/injection-change.ts';

export const injectPodNotInjected = defineRule({
  meta: {
    id: 'inject-pod-not-injected',
    summary: 'Pods that are expected in the mesh get no sidecar.',
    why: 'Without a proxy the pods have no mutual TLS and enforce no policy, and nothing tells of it.',
    fix: 'Label the Namespace istio-injection: enabled, or the pod template sidecar.istio.io/inject: "true".',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    codes: ['IST0103'],
    sources: [
      'istio/istio pkg/kube/inject/inject.go (injectRequired)',
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'istio/istio pkg/config/analysis/analyzers/injection/injection.go',
    ],
    messages: {
      expected: '{resource}: the pods are expected in the mesh ({evidence}), but they get no sidecar: {why}.',
      running:
        '{resource}: {why}, but this Pod exists already and has no proxy; the injector adds one only when a Pod is created.',
      besideProxies:
        '{resource}: {why}, and other Pods of the namespace carry their proxies here, but this one has none; the injector adds one only when a Pod is created.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a policy for pods that no proxy protects',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            action: ALLOW
            rules: [{ from: [{ source: { namespaces: [web] } }] }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: cart #~ expected \`cart\`
            namespace: shop
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
      {
        title: 'a Pod of a cluster that was created before injection was turned on',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Pod
          metadata:
            name: cart-5d8f #~ running
            namespace: shop
            uid: 5e7c0a52-3c1b-4a44-9c5e-0d2f1c6f4b11
            labels: { app: cart }
          spec:
            containers: [{ name: cart, image: "cart:1" }]
          status: { phase: Running }
        `,
      },
    ],
    good: [
      {
        title: 'the manifest of a Pod gets its proxy when it is created',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop, labels: { app: cart } }
          spec:
            containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource } = workload;
    if (isControlPlane(resource.labels) || workload.isGateway || workload.hasProxy) return;
    const name = resource.body.at('metadata').at('name');
    const { istio, membership, change } = mesh.admission(workload);
    const why = istio.facts.at(-1)?.text ?? '';
    const data = { resource: nameOf(resource), why };
    const related = factsAsRelated(istio.facts);
    if (istio.outcome === 'injected') {
      const running = lacksProxy(workload) ? runningPod(mesh, workload) : undefined;
      if (!running) return;
      const codes = { codes: isEnabled(mesh, workload) ? ['IST0103'] : [] };
      const fix = 'Delete the Pod, so that it is created again; if it is a manifest to be applied, nothing is wrong.';
      report(name, running === 'lives' ? 'running' : 'besideProxies', data, { related, fix, ...codes });
      return;
    }
    if (istio.outcome !== 'not-injected' || membership.answer !== 'no') return;
    const evidence = SPOKEN.has(istio.cause) ? evidenceFor(mesh, workload) : undefined;
    if (!evidence || isExempt(mesh, workload, istio.cause)) return;
    const places = evidence.field ? [{ at: evidence.field, note: 'what makes them expected in the mesh' }] : [];
    report(
      name,
      'expected',
      { ...data, evidence: evidence.text },
      {
        codes: [],
        related: [...places, ...related],
        ...(evidence.strong ? {} : { severity: 'info' }),
        ...changeAsFix(mesh, workload, change()),
      },
    );
  },
});

// What decides in all other cases is a mistake that another rule names, or a refusal that somebody wrote down.
const SPOKEN: ReadonlySet<Cause> = new Set(['no-label', 'webhook', 'policy']);

function isExempt(mesh: Mesh, workload: Workload, cause: Cause): boolean {
  if (isMadeByAnother(workload) || (endsByItself(workload) && mesh.settings.expectMesh !== 'all')) return true;
  if (speaksInVain(mesh, workload)) return true;
  const namespaces = namespacesOf(mesh, workload.resource) ?? [];
  // Who speaks of ambient mode means that, also where `none` refuses it.
  if ([workload.podLabels, ...namespaces.map((n) => n.resource.labels)].some((l) => !l.lacks(DATAPLANE_KEY)))
    return true;
  // The container waits for the injector, which a rule of its own tells.
  if (workload.containers.some((c) => c.name === 'istio-proxy')) return true;
  // Once for the Namespace, and not for each workload.
  return cause === 'no-label' && namespaces.some((n) => evidenceForNamespace(mesh, n) !== undefined);
}

// A mirror Pod stands for a file of the kubelet and cannot be changed; one that has ended needs nothing any more.
function lacksProxy({ resource, containers, podLabels, podAnnotations }: Workload): boolean {
  const phase = resource.body.at('status').at('phase').text();
  if (phase === 'Succeeded' || phase === 'Failed') return false;
  if (podAnnotations.has('kubernetes.io/config.mirror') || podAnnotations.has('sidecar.istio.io/status')) return false;
  if (podLabels.has(INJECT_KEY) && podLabels.get(INJECT_KEY) !== 'true') return false;
  return !containers.some((c) => c.name === 'istio-proxy');
}

// istioctl looks at this label only.
function isEnabled(mesh: Mesh, { resource }: Workload): boolean {
  return (namespacesOf(mesh, resource) ?? []).every((n) => n.resource.labels.get(INJECTION_KEY) === 'enabled');
}
