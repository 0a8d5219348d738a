import { defineRule, INTERCEPTION_MODE_KEY, judgedSidecar, nameOf, variablesOf } from '@meshvet/core';

export const sidecarIptablesMode = defineRule({
  meta: {
    id: 'sidecar-iptables-mode',
    summary: 'istio-init redirects the traffic in another way than the proxy expects it.',
    why: 'With TPROXY the proxy needs transparent listeners, with REDIRECT it must have none: where the two sides differ, incoming connections fail.',
    fix: 'Give istio-init the same mode as the pods, REDIRECT or TPROXY.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio tools/istio-iptables/pkg/capture/run.go (TPROXY, everything else)',
      'istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml (ISTIO_META_INTERCEPTION_MODE)',
    ],
    messages: {
      invalid: '{resource}: istio-init knows the modes REDIRECT and TPROXY, and takes {value} for REDIRECT.',
      differs: '{resource}: istio-init redirects with {mode}, but {source} says {other}, so incoming connections fail.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a pod and its init container disagree',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: cart
            namespace: shop
            annotations: { sidecar.istio.io/interceptionMode: TPROXY }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args:
                  - istio-iptables
                  - -m
                  - REDIRECT #~ differs \`REDIRECT\`
                  - -b
                  - "*"
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
    good: [
      {
        title: 'one mode',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata:
            name: cart
            namespace: shop
            annotations: { sidecar.istio.io/interceptionMode: TPROXY }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -m, TPROXY, -b, "*"]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    if (!written?.proxy || !written.iptables) return;
    const given = written.iptables.get('istio-inbound-interception-mode');
    if (!given && !written.iptables.lacks('istio-inbound-interception-mode')) return;
    if (given && given.value === undefined) return;
    const value = given?.value ?? '';
    const resource = nameOf(workload.resource);
    if (given && value !== '' && !MODES.has(value))
      return report(given.field, 'invalid', { resource, value: JSON.stringify(value) });
    // Everything that is not TPROXY is REDIRECT.
    const mode = value === 'TPROXY' ? 'TPROXY' : 'REDIRECT';
    const annotation = workload.podAnnotations.at(INTERCEPTION_MODE_KEY);
    const variable = variablesOf(written.proxy.field).get('ISTIO_META_INTERCEPTION_MODE')?.at('value');
    for (const [source, field] of [
      [`annotation ${INTERCEPTION_MODE_KEY}`, annotation],
      ['variable ISTIO_META_INTERCEPTION_MODE', variable],
    ] as const) {
      const other = field?.string();
      if (!field || other === undefined || !MODES.has(other) || other === mode) continue;
      return report(
        given?.field ?? written.iptables.field,
        'differs',
        { resource, mode, source, other },
        { onKey: !given, related: [{ at: field, note: `says ${other}` }] },
      );
    }
  },
});

const MODES: ReadonlySet<string> = new Set(['REDIRECT', 'TPROXY']);
