import {
  defineRule,
  isPatchedAnywhere,
  isRedirected,
  type Mesh,
  nameOf,
  proxyUserOf,
  runningAs,
  type Workload,
} from '@meshvet/core';
import { milderOf, severityForSidecar } from '../shared/severity/audience.ts';
import { containersLabel } from '../shared/words/workload-words.ts';

export const runtimeProxyUid = defineRule({
  meta: {
    id: 'runtime-proxy-uid',
    summary: 'A container of the application runs as the user or group of the sidecar.',
    why: 'The rules that redirect traffic leave out what the user and group of the proxy send, so the calls of such a container go past the sidecar: no mTLS, no policy, no telemetry.',
    fix: 'Give the container another runAsUser and runAsGroup than 1337.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    codes: ['IST0144'],
    sources: [
      'istio/istio tools/istio-iptables/pkg/capture/run.go',
      'istio/istio pkg/config/analysis/analyzers/applicationuid/applicationUID.go (IST0144, since 1.10)',
      'istio.io: Application Requirements, Pod requirements',
    ],
    messages: {
      user: '{resource}: runAsUser {id} of {containers} is the user of the sidecar, so what it sends goes past the mesh. Any other number would do.',
      group:
        '{resource}: runAsGroup {id} of {containers} is the group of the sidecar, so what it sends goes past the mesh. Any other number would do.',
      init: '{resource}: runAsUser {id} of {containers} is the user of the sidecar, so what it sends goes past the mesh, although the native sidecar runs by then.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the user of the pod, which its container inherits',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                securityContext:
                  runAsUser: 1337 #~ user \`1337\`
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
      {
        title: 'the group of one container',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop, labels: { app: cart } }
          spec:
            containers:
              - name: cart
                image: "cart:1"
                securityContext:
                  runAsUser: 1000
                  runAsGroup: 1337 #~ group
        `,
      },
    ],
    good: [
      {
        title: 'every container says another user than the pod',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                securityContext: { runAsUser: 1337, fsGroup: 1337 }
                containers: [{ name: cart, image: "cart:1", securityContext: { runAsUser: 1000 } }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const severity = severityForSidecar(mesh, workload, 'error');
    const id = proxyUserOf(mesh, workload);
    if (severity === undefined || id === undefined || !isRedirected(mesh, workload)) return;
    if (isPatchedAnywhere(workload.resource, 'securityContext')) return;
    const resource = nameOf(workload.resource);
    let codes = saysIst0144(workload, id) ? ['IST0144'] : [];
    const users = runningAs(workload, 'runAsUser', id);
    for (const { field, containers } of users) {
      report(field, 'user', { resource, id, containers: containersLabel(containers) }, { severity, codes });
      // istioctl tells it once a resource.
      codes = [];
    }
    const bypassing = new Set(users.flatMap((user) => user.containers));
    for (const { field, containers } of runningAs(workload, 'runAsGroup', id)) {
      const others = containers.filter((c) => !bypassing.has(c));
      if (others.length > 0)
        report(
          field,
          'group',
          { resource, id, containers: containersLabel(others) },
          { severity: milderOf(severity, 'warning'), codes: [] },
        );
    }
    const milder = severityForInit(mesh, workload);
    if (!milder) return;
    const told = new Set(users.map((user) => user.field.pointer));
    for (const { field, containers } of runningAs(workload, 'runAsUser', id, true)) {
      if (told.has(field.pointer)) continue;
      report(
        field,
        'init',
        { resource, id, containers: containersLabel(containers, 'init container') },
        { severity: milderOf(severity, milder), codes: [] },
      );
    }
  },
});

// Before a classic sidecar nothing is redirected yet, and with the CNI plugin this user is the way to reach the network at all.
function severityForInit(mesh: Mesh, workload: Workload): 'warning' | 'info' | undefined {
  const { form, byNodes } = mesh.sidecar(workload);
  if (form !== 'native') return undefined;
  if (byNodes) return mesh.installation.cni.value ? undefined : 'info';
  return 'warning';
}

// Pods and Deployments, the number 1337 only; ordinary containers.
function saysIst0144({ resource: { type } }: Workload, id: number): boolean {
  return id === 1337 && (type === 'Pod' || type === 'apps/Deployment');
}
