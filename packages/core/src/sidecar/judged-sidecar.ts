import { isSystemNamespace } from '../cluster/namespaces.ts';
import { type Container, isControlPlane, type Workload } from '../cluster/workloads.ts';
import { INJECT_KEY, INJECTION_KEY, REVISION_KEY } from '../injection/injection.ts';
import { parsed, STATUS_KEY, variablesOf, type WrittenSidecar } from '../injection/written-sidecar.ts';
import { atLeast, type Version } from '../installation/version.ts';
import type { Answer } from '../manifest/lookup.ts';
import { isPatchedAt } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import type { Field } from '../source/field.ts';

/**
 * Istio's sidecar in a manifest, as far as it may be judged: it takes the traffic of the containers beside it, is whole, belongs to no
 * part of the mesh itself, and reaches the cluster as it is written. A manifest with the injector's status is rendered anew in a
 * namespace with injection, so that nothing that it says of the sidecar matters there.
 */
export function judgedSidecar(mesh: Mesh, workload: Workload): WrittenSidecar | undefined {
  const written = sidecarParts(mesh, workload);
  return written?.whole ? written : undefined;
}

/** As `judgedSidecar`, also where the parts are too few to tell them from settings for the injector. */
export function sidecarParts(mesh: Mesh, workload: Workload): WrittenSidecar | undefined {
  const written = mesh.writtenSidecar(workload);
  if (written?.role !== 'sidecar' || isOfTheMesh(mesh, workload) || isPatched(workload)) return undefined;
  const renewed = injectorTakes(mesh, workload) === 'yes' && lists(statusOf(workload), 'istio-proxy');
  return renewed ? undefined : written;
}

/** Linkerd's sidecar in a manifest, where it may be judged. */
export function judgedLinkerd(mesh: Mesh, workload: Workload): WrittenSidecar | undefined {
  const written = mesh.writtenSidecar(workload, 'linkerd');
  return written && !isPatched(workload) && !isSystemNamespace(workload.resource.namespace) ? written : undefined;
}

/** Whether a workload is a part of Istio itself: control plane, gateways, addons of its charts, whose proxies differ. */
export function isOfTheMesh(mesh: Mesh, workload: Workload): boolean {
  const { namespace, labels } = workload.resource;
  return (
    workload.isGateway ||
    isSystemNamespace(namespace) ||
    namespace === 'istio-system' ||
    namespace === mesh.installation.rootNamespace.value ||
    isControlPlane(labels) ||
    isControlPlane(workload.podLabels) ||
    labels.has('operator.istio.io/component')
  );
}

// A patch may replace any container: what is written is not what is applied.
function isPatched({ resource }: Workload): boolean {
  if (!resource.rewrites) return false;
  const paths = [['spec'], ['spec', 'template', 'spec'], ['spec', 'jobTemplate', 'spec', 'template', 'spec']];
  return paths.some((path) => ['containers', 'initContainers'].some((list) => isPatchedAt(resource, ...path, list)));
}

/** Whether an injector takes the pods in hand when they are created, by the labels of their namespace and their own. */
export function injectorTakes(mesh: Mesh, workload: Workload): Answer {
  if (workload.hostNetwork || isSystemNamespace(workload.resource.namespace)) return 'no';
  const { podLabels, podAnnotations } = workload;
  if (podLabels.get(INJECT_KEY) === 'false') return 'no';
  if (!podLabels.has(INJECT_KEY) && podAnnotations.get(INJECT_KEY) === 'false') return 'no';
  const namespaces = namespacesOf(mesh, workload.resource);
  if (!namespaces || podLabels.mayChange(INJECT_KEY) || podLabels.mayChange(REVISION_KEY)) return 'unknown';
  const answers = namespaces.map(({ resource: { labels } }): Answer => {
    if (labels.mayChange(INJECTION_KEY) || labels.mayChange(REVISION_KEY)) return 'unknown';
    const value = labels.get(INJECTION_KEY);
    if (labels.has(INJECTION_KEY)) return value === undefined ? 'unknown' : value === 'enabled' ? 'yes' : 'no';
    if (labels.has(REVISION_KEY) || podLabels.has(REVISION_KEY)) return 'unknown';
    if (podLabels.has(INJECT_KEY)) return podLabels.get(INJECT_KEY) === 'true' ? 'yes' : 'unknown';
    const { value: byDefault, certain } = mesh.installation.enableNamespacesByDefault;
    return byDefault || !certain ? 'unknown' : 'no';
  });
  return answers.every((answer) => answer === answers[0]) ? (answers[0] ?? 'unknown') : 'unknown';
}

/** The release that the manifest was rendered by: the one that its image names, else that of the mesh. */
export function releaseOf(mesh: Mesh, written: WrittenSidecar): Version {
  return written.version ?? mesh.settings.istioVersion;
}

/** Whether the manifest was rendered by at least a minor release. */
export function renderedBy(mesh: Mesh, written: WrittenSidecar, minor: `1.${number}`): boolean {
  return atLeast(releaseOf(mesh, written), minor);
}

/** What the injector says that it wrote. */
export interface InjectionStatus {
  /** `later`: a later step fills it in. `broken`: it is no JSON object. */
  readonly state: 'missing' | 'later' | 'broken' | 'read';
  readonly field: Field;
  readonly containers: readonly string[];
  readonly initContainers: readonly string[];
  readonly volumes: readonly string[];
}

/** What annotation `sidecar.istio.io/status` says that the injector added; nothing where it is absent or no JSON. */
export function statusOf({ podAnnotations }: Workload): InjectionStatus {
  const field = podAnnotations.at(STATUS_KEY);
  const none = { field, containers: [], initContainers: [], volumes: [] };
  if (!podAnnotations.has(STATUS_KEY)) {
    return { ...none, state: podAnnotations.mayChange(STATUS_KEY) ? 'later' : 'missing' };
  }
  const text = podAnnotations.get(STATUS_KEY);
  if (text === undefined) return { ...none, state: 'later' };
  const status = parsed(text);
  if (!status) return { ...none, state: 'broken' };
  return {
    state: 'read',
    field,
    containers: texts(status.containers),
    initContainers: texts(status.initContainers),
    volumes: texts(status.volumes),
  };
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** Whether the injector says that it wrote a container. */
export function lists(status: InjectionStatus, container: string): boolean {
  return status.containers.includes(container) || status.initContainers.includes(container);
}

/** A setting of the security context, the container's before the pod's. */
export interface SecuritySetting {
  /** undefined where nothing is written, or nothing that can be read. */
  readonly value: unknown;
  readonly field: Field;
}

/** A setting that holds for a container: its own, or that of its pod. */
export function securitySetting(workload: Workload, container: Container, key: string): SecuritySetting {
  const own = container.field.at('securityContext').at(key);
  const field = own.hasValue ? own : workload.podSpec.at('securityContext').at(key);
  return field.hasValue ? { value: field.value, field } : { value: undefined, field: own };
}

/**
 * The port on which the agent of a proxy answers for its state; `none` where it is switched off, undefined where the manifest leaves it
 * to a later step.
 */
export function statusPortOf(mesh: Mesh, workload: Workload, written: WrittenSidecar): number | 'none' | undefined {
  const key = 'status.sidecar.istio.io/port';
  if (workload.podAnnotations.has(key)) return portOrNone(workload.podAnnotations.get(key));
  if (!written.proxy) return mesh.installation.statusPort.value;
  const { field } = written.proxy;
  const words = field.at('args').items();
  const at = words.findIndex((word) => word.text() === '--statusPort');
  if (at >= 0) return portOrNone(words[at + 1]?.text());
  const config = variablesOf(field).get('PROXY_CONFIG')?.at('value').string();
  const port = config === undefined ? undefined : parsed(config)?.statusPort;
  return typeof port === 'number' ? portOrNone(String(port)) : mesh.installation.statusPort.value;
}

function portOrNone(text: string | undefined): number | 'none' | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  return Number(text) === 0 ? 'none' : Number(text);
}

/** The items of a list with commas, blanks around them taken off, empty ones left out. */
export function listItems(text: string): string[] {
  return text
    .split(',', MOST_ITEMS)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

const MOST_ITEMS = 1000;
