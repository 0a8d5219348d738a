import {
  areRolloutPair,
  canonicalName,
  canonicalRevision,
  defineRule,
  nameOf,
  namesakes,
  sameRevision,
  uniqueAppOf,
  type Workload,
} from '@meshvet/core';
import { milderOf } from '../shared/severity/audience.ts';
import { severityForPodLabels } from '../shared/severity/label-audience.ts';
import { firstAndMore } from '../shared/words/workload-words.ts';

export const labelsAppVersionNotUnique = defineRule({
  meta: {
    id: 'labels-app-version-not-unique',
    summary: 'Two workloads of one namespace have the same application name and the same version.',
    why: 'Istio knows applications by name and version, so metrics, traces and graphs add the two up as one, and no version can be routed to.',
    fix: 'Give them different names, or different versions if they are versions of one application.',
    severity: 'warning',
    profiles: { 'istio-1.0': 'error' },
    about: 'istio',
    subject: 'workload',
    sources: ['istio/istio pkg/model/proxy.go', 'istio.io: Application Requirements'],
    messages: {
      sameVersion: '{workload}: name "{name}" and version "{version}" are also those of {other}.',
      noVersion: '{workload}: name "{name}" is also that of {other}, and no version tells them apart.',
    },
  },
  options: {
    schema: {
      type: 'object',
      properties: { jobs: { type: 'boolean', description: 'Look at Jobs and CronJobs too.' } },
      additionalProperties: false,
    },
    defaults: { jobs: false },
  },
  examples: {
    bad: [
      {
        title: 'a copy that kept the labels',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { run: cart } }
            template:
              metadata:
                labels:
                  run: cart
                  app: cart
                  version: v1 #~ sameVersion \`v1\`
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: billing, namespace: shop }
          spec:
            selector: { matchLabels: { run: billing } }
            template:
              metadata:
                labels:
                  run: billing
                  app: cart
                  version: v1 #~ sameVersion \`v1\`
              spec: { containers: [{ name: billing, image: billing }] }
        `,
      },
      {
        title: 'two versions without a version label',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v1, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, release: one } }
            template:
              metadata:
                labels: { app: cart, release: one } #~ noVersion
              spec: { containers: [{ name: cart, image: cart:1 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v2, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, release: two } }
            template:
              metadata:
                labels: { app: cart, release: two } #~ noVersion
              spec: { containers: [{ name: cart, image: cart:2 }] }
        `,
      },
    ],
    good: [
      {
        title: 'two versions of one application, and the same in another namespace',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v1, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v1 } }
            template:
              metadata: { labels: { app: cart, version: v1 } }
              spec: { containers: [{ name: cart, image: cart:1 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v2, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v2 } }
            template:
              metadata: { labels: { app: cart, version: v2 } }
              spec: { containers: [{ name: cart, image: cart:2 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: other, namespace: test }
          spec:
            selector: { matchLabels: { app: cart, version: v1 } }
            template:
              metadata: { labels: { app: cart, version: v1 } }
              spec: { containers: [{ name: cart, image: cart:1 }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, options, report }) {
    if (uniqueAppOf(mesh) === 'off') return;
    const name = canonicalName(mesh, workload);
    const severity = severityForPodLabels(
      mesh,
      workload,
      mesh.settings.profile === 'istio-1.0' || uniqueAppOf(mesh) === 'strict' ? 'error' : 'warning',
      options.jobs,
    );
    if (name.state !== 'written' || !severity) return;
    // Parts of one application, and one copy for each node, share its name on purpose; once they are in the mesh the telemetry adds them up.
    const isKnown = mesh.membership(workload).answer === 'yes' || mesh.settings.profile === 'istio-1.0';
    const others = namesakes(mesh, workload).filter(
      (other) =>
        severityForPodLabels(mesh, other, 'info', options.jobs) &&
        sameRevision(mesh, workload, other) &&
        !areRolloutPair(workload, other) &&
        (isKnown || !isToldApart(workload, other)),
    );
    if (others.length === 0) return;
    const revision = canonicalRevision(mesh, workload);
    const words = {
      workload: nameOf(workload.resource),
      name: name.value,
      other: firstAndMore(others.map((o) => nameOf(o.resource))),
    };
    const related = others.slice(0, 6).map((other) => {
      const theirs = canonicalRevision(mesh, other);
      return {
        at: theirs.state === 'written' ? theirs.field : other.podLabels.field,
        note: `the labels of ${nameOf(other.resource)}`,
      };
    });
    if (revision.state === 'written')
      report(revision.field, 'sameVersion', { ...words, version: revision.value }, { severity, related });
    else {
      // Many applications share a name with their database and have no versions; it matters once they are in the mesh.
      const sure = mesh.membership(workload).answer === 'yes' || mesh.settings.profile === 'istio-1.0';
      report(workload.podLabels.field, 'noVersion', words, {
        severity: sure ? severity : milderOf(severity, 'info'),
        related,
      });
    }
  },
});

/** Whether a label for just that tells two workloads apart: `component`, `app.kubernetes.io/instance`, `echo-node`. */
function isToldApart(a: Workload, b: Workload): boolean {
  return a.podLabels.keys().some((key) => {
    if (!PARTS.has(key.split(/[/._-]/).at(-1) ?? '')) return false;
    const [left, right] = [a.podLabels.get(key), b.podLabels.get(key)];
    return left !== undefined && right !== undefined && left !== right;
  });
}

const PARTS: ReadonlySet<string> = new Set(['component', 'instance', 'node', 'role', 'shard', 'replica', 'index']);
