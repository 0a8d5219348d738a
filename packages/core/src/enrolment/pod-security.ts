import type { Namespace } from '../cluster/namespaces.ts';
import type { Workload } from '../cluster/workloads.ts';
import { INJECTION_KEY, REVISION_KEY } from '../injection/injection.ts';
import { LINKERD_INJECT_KEY } from '../injection/linkerd.ts';
import { hasLinkerd } from '../linkerd/linkerd-proxy.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import { applicationHasSidecar } from '../mesh/applications.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import { interceptionModeOf } from '../sidecar/capture.ts';
import { addTo } from '../source/grouping.ts';

/** Labels of Pod Security on a Namespace. Source: kubernetes.io "Pod Security Admission"; beta, on by default since 1.23. */
export const POD_SECURITY = 'pod-security.kubernetes.io/';

/** Pods that a mesh's proxy goes into, and what that takes. */
export interface InjectedPods {
  readonly mesh: 'istio' | 'linkerd';
  /** Whether the pods surely get the proxy. */
  readonly sure: boolean;
  /** Whether they need NET_ADMIN and NET_RAW: `unknown` where nothing tells of a CNI plugin. */
  readonly needsCapabilities: Answer;
  /** Those that show it; none where the Namespace itself is all that was read. */
  readonly workloads: readonly Workload[];
}

/** The pods of a Namespace that get a proxy, by mesh. */
export function injectedPods(mesh: Mesh, namespace: Namespace): readonly InjectedPods[] {
  const workloads = mesh.derive(workloadsByNamespace).get(namespace.name) ?? [];
  return [ofIstio(mesh, namespace, workloads), ofLinkerd(mesh, namespace, workloads)].filter(
    (one) => one !== undefined,
  );
}

function ofIstio(mesh: Mesh, { resource }: Namespace, all: readonly Workload[]): InjectedPods | undefined {
  const answers = new Map(all.map((w) => [w, applicationHasSidecar(mesh, w)]));
  const sure = all.filter((w) => answers.get(w) === 'yes');
  const workloads = sure.length > 0 ? sure : all.filter((w) => answers.get(w) !== 'no');
  if (all.length > 0)
    return workloads.length > 0 ? judged('istio', sure.length > 0, workloads, (w) => istioNeeds(mesh, w)) : undefined;
  const { labels } = resource;
  const enabled = labels.get(INJECTION_KEY) === 'enabled';
  const revision = !labels.has(INJECTION_KEY) && (labels.get(REVISION_KEY) ?? '') !== '';
  if (!enabled && !revision) return undefined;
  const mode = mesh.installation.interceptionMode.value;
  return { mesh: 'istio', sure: enabled, needsCapabilities: needs(mesh, mode), workloads: [] };
}

function ofLinkerd(mesh: Mesh, { resource }: Namespace, all: readonly Workload[]): InjectedPods | undefined {
  const workloads = all.filter((w) => hasLinkerd(mesh, w) === 'yes');
  if (workloads.length > 0) return judged('linkerd', true, workloads, (w) => linkerdNeeds(mesh, w));
  if (all.length > 0 || !asksForLinkerd(resource)) return undefined;
  return {
    mesh: 'linkerd',
    sure: true,
    needsCapabilities: mesh.derive(hasLinkerdCni) ? 'no' : 'unknown',
    workloads: [],
  };
}

// One pod that needs them is enough, so what is worst among them counts.
function judged(
  name: InjectedPods['mesh'],
  sure: boolean,
  workloads: readonly Workload[],
  needsOf: (workload: Workload) => Answer,
): InjectedPods {
  for (const answer of ['yes', 'unknown'] as const) {
    const those = workloads.filter((w) => needsOf(w) === answer);
    if (those.length > 0) return { mesh: name, sure, needsCapabilities: answer, workloads: those };
  }
  return { mesh: name, sure, needsCapabilities: 'no', workloads };
}

function istioNeeds(mesh: Mesh, workload: Workload): Answer {
  const written = workload.containers.find((c) => c.name === 'istio-init');
  if (written) return 'yes';
  if (workload.hasProxy) return interceptionModeOf(mesh, workload) === 'TPROXY' ? 'yes' : 'no';
  return needs(mesh, interceptionModeOf(mesh, workload));
}

// With TPROXY the proxy itself has NET_ADMIN, whoever redirects.
function needs(mesh: Mesh, mode: string | undefined): Answer {
  if (mode === 'NONE') return 'no';
  if (mode === 'TPROXY') return 'yes';
  const { value, from, certain } = mesh.installation.cni;
  if (value) return 'no';
  return from === 'default' || !certain ? 'unknown' : 'yes';
}

function linkerdNeeds(mesh: Mesh, workload: Workload): Answer {
  if (workload.containers.some((c) => c.name === 'linkerd-init')) return 'yes';
  if (workload.containers.some((c) => c.name === 'linkerd-network-validator')) return 'no';
  return mesh.derive(hasLinkerdCni) ? 'no' : 'unknown';
}

function asksForLinkerd({ annotations }: Resource): boolean {
  const value = annotations.mayChange(LINKERD_INJECT_KEY) ? undefined : annotations.get(LINKERD_INJECT_KEY);
  return value === 'enabled' || value === 'ingress';
}

function hasLinkerdCni(mesh: Mesh): boolean {
  return (
    mesh.ofType('apps/DaemonSet').some((r) => r.name === 'linkerd-cni') ||
    mesh.ofType('helm.toolkit.fluxcd.io/HelmRelease').some((r) => chartOf(r).endsWith('linkerd2-cni'))
  );
}

function chartOf(resource: Resource): string {
  return resource.body.at('spec').at('chart').at('spec').at('chart').string() ?? '';
}

// Those that surely land in a Namespace of the input.
function workloadsByNamespace(mesh: Mesh): ReadonlyMap<string, readonly Workload[]> {
  const byName = new Map<string, Workload[]>();
  for (const workload of mesh.workloads) {
    if (!namespacesOf(mesh, workload.resource)) continue;
    const name = workload.resource.namespace ?? '';
    addTo(byName, name, workload);
  }
  return byName;
}
