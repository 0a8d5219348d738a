import {
  defineRule,
  type InjectedPods,
  injectedPods,
  type Mesh,
  type Namespace,
  nameOf,
  POD_SECURITY,
  type Resource,
  type Workload,
} from '@meshvet/core';

export const runtimePodSecurityCapabilities = defineRule({
  meta: {
    id: 'runtime-pod-security-capabilities',
    summary: 'A Namespace forbids the capabilities that the init container of the mesh needs.',
    why: 'Without a CNI plugin an init container with NET_ADMIN and NET_RAW redirects the traffic; the levels baseline and restricted of Pod Security reject every pod that has one.',
    fix: 'Install the mesh with its CNI plugin (and say so in the config: installation.cni), or let the Namespace enforce no more than privileged.',
    severity: 'error',
    about: 'any mesh',
    subject: 'resource',
    types: ['Namespace', 'policy/PodSecurityPolicy', 'extensions/PodSecurityPolicy'],
    sources: [
      'kubernetes.io: Pod Security Standards, Capabilities; Pod Security Admission (since 1.23)',
      'istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml (istio-init)',
      'istio.io: Install the Istio CNI node agent; linkerd.io: CNI Plugin',
      'kubernetes.io: Pod Security Policies (removed in 1.25)',
    ],
    messages: {
      rejected:
        '{namespace}: {label}: {level} forbids NET_ADMIN and NET_RAW, which {init} adds, so pods with the proxy of {mesh} are rejected.',
      likely:
        '{namespace}: {label}: {level} forbids NET_ADMIN and NET_RAW, which {init} adds, so pods with the proxy of {mesh} are rejected unless its CNI plugin is installed.',
      told: '{namespace}: {label}: {level} tells of every pod with the proxy of {mesh}, since {init} adds NET_ADMIN and NET_RAW.',
      policy:
        '{policy}: no PodSecurityPolicy allows NET_ADMIN and NET_RAW, which istio-init adds, so pods with a sidecar are rejected.',
    },
  },
  examples: {
    bad: [
      {
        title: 'Istio without its CNI plugin',
        yaml: `
          apiVersion: install.istio.io/v1alpha1
          kind: IstioOperator
          metadata: { name: istio, namespace: istio-system }
          spec:
            components: { cni: { enabled: false } }
          ---
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio-injection: enabled
              pod-security.kubernetes.io/enforce: baseline #~ rejected \`baseline\`
        `,
      },
    ],
    good: [
      {
        title: 'the CNI plugin redirects the traffic',
        yaml: `
          apiVersion: install.istio.io/v1alpha1
          kind: IstioOperator
          metadata: { name: istio, namespace: istio-system }
          spec:
            components: { cni: { enabled: true } }
          ---
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio-injection: enabled
              pod-security.kubernetes.io/enforce: baseline
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    const policies = mesh.derive(strictPolicies);
    if (policies.first === subject) {
      const capabilities = subject.body.at('spec').at('allowedCapabilities');
      report(capabilities, 'policy', { policy: nameOf(subject) }, { related: shown(policies.workloads) });
    }
    const namespace = mesh.derive(namespacesByResource).get(subject);
    if (!namespace || !mesh.kubernetesAtLeast('1.23')) return;
    const told = strictLabel(namespace, 'enforce') ?? strictLabel(namespace, 'warn') ?? strictLabel(namespace, 'audit');
    if (!told) return;
    for (const pods of injectedPods(mesh, namespace)) {
      if (pods.needsCapabilities === 'no') continue;
      const known = pods.needsCapabilities === 'yes';
      const words = {
        namespace: nameOf(subject),
        label: told.key,
        level: told.level,
        init: pods.mesh === 'istio' ? 'istio-init' : 'linkerd-init',
        mesh: pods.mesh === 'istio' ? 'Istio' : 'Linkerd',
      };
      const related = shown(pods.workloads);
      if (told.mode !== 'enforce') report(told.field, 'told', words, { severity: 'info', related });
      else
        report(told.field, known ? 'rejected' : 'likely', words, {
          severity: known && pods.sure ? 'error' : 'warning',
          related,
        });
    }
  },
});

const MOST_SHOWN = 3;

function shown(workloads: InjectedPods['workloads']) {
  return workloads
    .slice(0, MOST_SHOWN)
    .map((w) => ({ at: w.resource.body.at('metadata').at('name'), note: `${nameOf(w.resource)} gets the proxy` }));
}

function strictLabel({ resource: { labels } }: Namespace, mode: 'enforce' | 'warn' | 'audit') {
  const key = `${POD_SECURITY}${mode}`;
  const level = labels.mayChange(key) ? undefined : labels.get(key);
  return level === 'baseline' || level === 'restricted' ? { key, mode, level, field: labels.at(key) } : undefined;
}

function namespacesByResource(mesh: Mesh): ReadonlyMap<Resource, Namespace> {
  return new Map(mesh.namespaces.map((n) => [n.resource, n]));
}

interface StrictPolicies {
  /** The first by name, which stands for all. */
  readonly first: Resource | undefined;
  readonly workloads: readonly Workload[];
}

/**
 * The PodSecurityPolicies of a cluster where none lets istio-init in. Which of them holds for a pod is said by roles, and others may
 * stand elsewhere: only where the input is the whole cluster is there anything to say.
 */
function strictPolicies(mesh: Mesh): StrictPolicies {
  const none = { first: undefined, workloads: [] };
  if (!mesh.settings.closedWorld || mesh.kubernetesAtLeast('1.25')) return none;
  const policies = [...mesh.ofType('policy/PodSecurityPolicy'), ...mesh.ofType('extensions/PodSecurityPolicy')];
  if (policies.length === 0 || policies.some((p) => p.rewrites || allows(p))) return none;
  const pods = mesh.namespaces.flatMap((n) => injectedPods(mesh, n));
  const affected = pods.filter((p) => p.mesh === 'istio' && p.sure && p.needsCapabilities === 'yes');
  if (affected.length === 0) return none;
  const [first] = [...policies].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { first, workloads: affected.flatMap((p) => p.workloads) };
}

function allows(policy: Resource): boolean {
  const spec = policy.body.at('spec');
  if (spec.at('privileged').boolean() === true) return true;
  const list = spec.at('allowedCapabilities');
  const names = list.items().map((item) => item.string());
  if (list.hasValue && (!list.isList || names.includes(undefined))) return true;
  return names.includes('*') || (names.includes('NET_ADMIN') && names.includes('NET_RAW'));
}
