import type { Workload } from '../cluster/workloads.ts';
import type { Resource } from '../manifest/resource.ts';
import { INJECT_KEY, type Injection } from './injection.ts';

/**
 * OpenShift Service Mesh 2 (`maistra.io`), as far as manifests tell of it. Its webhook is called for the pods of the namespaces that a member
 * roll names or that hold a ServiceMeshMember, and injects those that ask for it themselves, by annotation; the label `istio-injection` of a
 * namespace is not read.
 * Source: Red Hat, OpenShift Container Platform 4.5, Service Mesh, on the annotation of the pod template.
 */
export interface ServiceMesh2 {
  /** The namespaces that are named as members. */
  readonly members: ReadonlyMap<string, Resource>;
}

/** What was read of OpenShift Service Mesh 2; undefined where there is nothing of it. */
export function readServiceMesh2(resources: readonly Resource[]): ServiceMesh2 | undefined {
  const own = resources.filter(({ group, kind }) => group === 'maistra.io' && KINDS.has(kind));
  if (own.length === 0) return undefined;
  const members = new Map<string, Resource>();
  for (const resource of own) {
    if (resource.kind === 'ServiceMeshMember' && resource.namespaceWritten && !resource.rewrites?.namespace)
      members.set(resource.namespace ?? '', resource);
    if (resource.kind === 'ServiceMeshMemberRoll')
      for (const item of resource.body.at('spec').at('members').items()) {
        const name = item.text();
        if (name !== undefined && !name.includes('*')) members.set(name, resource);
      }
  }
  return { members };
}

const KINDS: ReadonlySet<string> = new Set(['ServiceMeshControlPlane', 'ServiceMeshMemberRoll', 'ServiceMeshMember']);

/** What its injector makes of pods of a member namespace; undefined for other namespaces, which another Istio may serve. */
export function injectionByServiceMesh2(mesh: ServiceMesh2, workload: Workload): Injection | undefined {
  const { resource, podLabels, podAnnotations, hostNetwork } = workload;
  const namespace = resource.namespace ?? '';
  const member = resource.rewrites?.namespace || !resource.namespaceWritten ? undefined : mesh.members.get(namespace);
  if (!member || hostNetwork) return undefined;
  const facts = [
    {
      text: `${member.kind} ${member.name} makes namespace ${namespace} a member of the mesh`,
      field: member.body.at('metadata').at('name'),
    },
  ];
  const rest = { revision: undefined, revisions: [], templates: ['sidecar'], unknownBecause: undefined };
  if (podAnnotations.mayChange(INJECT_KEY) || podLabels.mayChange(INJECT_KEY)) return undefined;
  // Red Hat's text of 4.20 recommends the label of the same name, which Istio itself reads first.
  for (const [what, map] of [
    ['annotation', podAnnotations],
    ['label', podLabels],
  ] as const) {
    if (!map.has(INJECT_KEY)) continue;
    const asks = /^(?:true|yes|y|on)$/i.test(map.get(INJECT_KEY) ?? '');
    const fact = {
      text: `the pods have ${what} ${INJECT_KEY}=${map.get(INJECT_KEY) ?? ''}`,
      field: map.at(INJECT_KEY),
    };
    const cause = what === 'label' ? 'pod-label' : 'pod-annotation';
    return { ...rest, outcome: asks ? 'injected' : 'not-injected', cause, facts: [...facts, fact] };
  }
  const silent = {
    text: `OpenShift Service Mesh injects only pods with annotation ${INJECT_KEY}: "true", and these have none`,
  };
  return { ...rest, outcome: 'not-injected', cause: 'no-label', facts: [...facts, silent] };
}
