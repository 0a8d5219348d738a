import {
  defineRule,
  injectorTakes,
  lists,
  type Mesh,
  nameOf,
  renderedBy,
  sidecarParts,
  statusOf,
  variablesOf,
  type Workload,
  type WrittenSidecar,
} from '@meshvet/core';

export const sidecarProxyWithoutInit = defineRule({
  meta: {
    id: 'sidecar-proxy-without-init',
    summary: 'The pods carry a proxy, and nothing sends their traffic to it.',
    why: 'Without istio-init, or istio-validation under the CNI plugin, no traffic is redirected: the proxy runs idle, and there is no mTLS, no routing and no policy.',
    fix: 'Render the manifest again with istioctl kube-inject, or take istio-proxy out and let the injector add both.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml (initContainers)',
      'istio.io: Installing the Sidecar',
    ],
    messages: {
      alone:
        '{resource}: container istio-proxy is there, but neither istio-init nor istio-validation, so no traffic of the pods goes through the proxy.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the proxy alone',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop }
          ---
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            containers:
              - { name: cart, image: "cart:1" }
              - name: istio-proxy #~ alone \`istio-proxy\`
                image: docker.io/istio/proxyv2:1.30.0
                args: [proxy, sidecar]
        `,
      },
    ],
    good: [
      {
        title: 'with the container that redirects the traffic',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -p, "15001", -z, "15006", -u, "1337", -m, REDIRECT, -i, "*", -b, "*", -d, "15090,15021,15020"]
            containers:
              - { name: cart, image: "cart:1" }
              - name: istio-proxy
                image: docker.io/istio/proxyv2:1.30.0
                args: [proxy, sidecar]
        `,
      },
      {
        title: 'settings for the injector',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop, labels: { sidecar.istio.io/inject: "true" } }
          spec:
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: auto }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = sidecarParts(mesh, workload);
    if (!written?.proxy || written.init || written.validation || isMeant(mesh, workload, written)) return;
    const injected = injectorTakes(mesh, workload);
    // The injector adds what is missing; of a container without arguments nobody knows whether it is meant for it.
    if (injected === 'yes' || (injected === 'unknown' && !written.whole)) return;
    const status = statusOf(workload).state;
    const sure = injected === 'no' || status === 'read';
    report(
      written.proxy.field.at('name'),
      'alone',
      { resource: nameOf(workload.resource) },
      { severity: sure ? 'error' : 'warning' },
    );
  },
});

/** Whether the pods do well without: nothing is to be redirected, or the CNI plugin does it. */
function isMeant(mesh: Mesh, workload: Workload, written: WrittenSidecar): boolean {
  if (workload.containers.some((c) => c.name === 'istio-init' || c.name === 'istio-validation')) return true;
  const mode = variablesOf((written.proxy as NonNullable<typeof written.proxy>).field).get(
    'ISTIO_META_INTERCEPTION_MODE',
  );
  if (written.interception === 'NONE' || mesh.installation.interceptionMode.value === 'NONE') return true;
  if (mode && mode.at('value').text() === undefined) return true;
  const networks = workload.podAnnotations.get('k8s.v1.cni.cncf.io/networks');
  if (mesh.installation.cni.value || networks?.includes('istio-cni')) return true;
  const status = statusOf(workload);
  if (status.state === 'later') return true;
  // The injector says itself that it wrote none: the plugin of OpenShift and that before 1.5 need none.
  return (
    status.state === 'read' &&
    !lists(status, 'istio-init') &&
    !(lists(status, 'istio-validation') && renderedBy(mesh, written, '1.5'))
  );
}
