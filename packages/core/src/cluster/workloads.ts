import type { Container as ContainerSpec, PodSpec, PodTemplateSpec } from '../manifest/kubernetes-types.ts';
import { Labels } from '../manifest/labels.ts';
import { podTemplateOf } from '../manifest/pod-template.ts';
import type { Resource } from '../manifest/resource.ts';
import { flatSelector, labelSelector, type Selector } from '../manifest/selectors.ts';
import type { Field } from '../source/field.ts';
import { addedPodLabels } from './controller-labels.ts';

/** A port that a container says it listens on. It is documentation: Kubernetes opens nothing and closes nothing by it. */
export interface ContainerPort {
  readonly name: string | undefined;
  readonly number: number | undefined;
  /** L4: TCP unless written. */
  readonly protocol: string;
  readonly field: Field;
}

/** A container of a pod template. */
export interface Container {
  readonly name: string;
  readonly image: string;
  /** An init container; with `restartPolicy: Always` it is a native sidecar and runs beside the others. */
  readonly init: boolean;
  readonly native: boolean;
  readonly ports: readonly ContainerPort[];
  readonly field: Field<ContainerSpec>;
}

/** Anything that makes pods, and bare Pods: its resource, and the pod template inside. */
export interface Workload {
  readonly resource: Resource;
  /** The pod template; for a Pod the Pod itself. Admission sees its labels only, never those of the workload. */
  readonly template: Field<PodTemplateSpec>;
  readonly podSpec: Field<PodSpec>;
  readonly podLabels: Labels;
  readonly podAnnotations: Labels;
  /** Which pods it owns; undefined for kinds that have none (Pod, Job) and where none is written. */
  readonly selector: Selector | undefined;
  /** Init containers first, in the order of the manifest. */
  readonly containers: readonly Container[];
  /** The ports of all containers that run beside each other: not of init containers, but of native sidecars. */
  readonly declaredPorts: readonly ContainerPort[];
  /** Ends by itself: Job and CronJob. */
  readonly isJob: boolean;
  /** `spec.hostNetwork`: such pods share the network of the node and are never injected. */
  readonly hostNetwork: boolean;
  /** A gateway or waypoint: its proxy is the application, so what is said of sidecar pods does not hold. */
  readonly isGateway: boolean;
  /** A proxy stands in the manifest already (injected by hand, or rendered). */
  readonly hasProxy: boolean;
}

/** The workload in a resource; undefined for other kinds and for patches. */
export function readWorkload(resource: Resource): Workload | undefined {
  const template = podTemplateOf(resource.body, resource.type) as Field<PodTemplateSpec> | undefined;
  if (!template || resource.partial) return undefined;
  const spec = resource.body.at('spec');
  const podSpec = template.get('spec') as Field<PodSpec>;
  const metadata = template.at('metadata');
  const podLabels = new Labels(metadata.at('labels'), addedPodLabels(resource.type, spec, resource.rewrites));
  const podAnnotations = new Labels(metadata.at('annotations'), resource.rewrites?.annotations);
  const containers = [
    ...readContainers(podSpec.at('initContainers'), true),
    ...readContainers(podSpec.at('containers'), false),
  ];
  return {
    resource,
    template,
    podSpec,
    podLabels,
    podAnnotations,
    selector: readSelector(resource, spec),
    containers,
    declaredPorts: containers.filter((c) => !c.init || c.native).flatMap((c) => c.ports),
    isJob: resource.type === 'batch/Job' || resource.type === 'batch/CronJob',
    hostNetwork: podSpec.at('hostNetwork').boolean() === true,
    isGateway: isGatewayWorkload(resource, podLabels, podAnnotations, containers),
    hasProxy: containers.some(
      (c) => c.name === 'istio-proxy' && c.image !== '' && c.image !== 'auto' && (!c.init || c.native),
    ),
  };
}

/** The containers that the author wrote: without the mesh's own. */
export function applicationContainers(workload: Workload): readonly Container[] {
  return workload.containers.filter((c) => !MESH_CONTAINERS.has(c.name) && (!c.init || c.native));
}

/** Whether labels are those of istiod, by the charts of any release. */
export function isIstiod(labels: Labels): boolean {
  return labels.get('app') === 'istiod' || labels.get('istio') === 'pilot' || labels.get('istio') === 'istiod';
}

/** Whether the labels of an object say that it belongs to Istio itself; istioctl says nothing of the ports of such Services. */
export function isControlPlane(labels: Labels): boolean {
  return labels.has('istio') || labels.get('release') === 'istio' || isIstiod(labels);
}

/** Whether the mesh's own controller makes the object for a Gateway or a waypoint. */
export function isManagedGateway(labels: Labels): boolean {
  return MANAGED.has(labels.get('gateway.istio.io/managed') ?? '');
}

const MANAGED: ReadonlySet<string> = new Set([
  'istio.io-gateway-controller',
  'istio.io-mesh-controller',
  'istio.io-eastwest-controller',
]);

const MESH_CONTAINERS: ReadonlySet<string> = new Set([
  'istio-proxy',
  'istio-init',
  'istio-validation',
  'linkerd-proxy',
  'linkerd-init',
]);

function readSelector(resource: Resource, spec: Field): Selector | undefined {
  const selector = spec.at('selector');
  if (
    !selector.hasValue ||
    resource.type === 'Pod' ||
    resource.type === 'batch/Job' ||
    resource.type === 'batch/CronJob'
  )
    return undefined;
  const flat = resource.type === 'ReplicationController' || resource.type === 'apps.openshift.io/DeploymentConfig';
  return flat ? flatSelector(selector) : labelSelector(selector);
}

function readContainers(list: Field, init: boolean): Container[] {
  return (list.items() as Field<ContainerSpec>[]).map((field) => ({
    name: field.at('name').text() ?? '',
    image: field.at('image').text() ?? '',
    init,
    native: init && field.at('restartPolicy').text() === 'Always',
    ports: (field.at('ports').items() as Field[]).map((port) => ({
      name: port.at('name').text(),
      number: port.at('containerPort').number(),
      protocol: port.at('protocol').text() || 'TCP',
      field: port,
    })),
    field,
  }));
}

function isGatewayWorkload(
  resource: Resource,
  labels: Labels,
  annotations: Labels,
  containers: readonly Container[],
): boolean {
  const istio = labels.get('istio');
  if (istio === 'ingressgateway' || istio === 'egressgateway' || istio === 'eastwestgateway') return true;
  const component = labels.get('operator.istio.io/component');
  if (component === 'IngressGateways' || component === 'EgressGateways') return true;
  if (labels.has('istio.io/gateway-name') || isManagedGateway(labels) || isManagedGateway(resource.labels)) return true;
  if (labels.has('gateway.networking.k8s.io/gateway-name')) return true;
  const templates = annotations.get('inject.istio.io/templates');
  if (templates !== undefined && /gateway|waypoint/.test(templates)) return true;
  const applications = containers.filter((c) => !c.init);
  return applications.length === 1 && applications[0]?.name === 'istio-proxy';
}

/**
 * Whether a label can be added to the pods of a workload without a change of what owns them: without a selector of its own, Kubernetes
 * before apps/v1 took all labels of the template for one.
 */
export function ownsByWrittenSelector(workload: Workload): boolean {
  const { type } = workload.resource;
  if (type === 'Pod' || type === 'batch/Job' || type === 'batch/CronJob') return true;
  return workload.selector?.requirements !== undefined && workload.selector.requirements.length > 0;
}
