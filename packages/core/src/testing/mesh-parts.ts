import type { Workload } from '../cluster/workloads.ts';
import type { MeshConfigKeys } from '../config/config.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { makeMesh } from './make-mesh.ts';

/** Manifests as plain data, for tests that need many of them with small differences. */
export type Part = Readonly<Record<string, unknown>>;

/** A namespace whose pods get a sidecar, or the labels that are given. */
export function namespace(name: string, labels: Part = { 'istio-injection': 'enabled' }): Part {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** A Deployment with label `app`; `pod` is laid over its pod spec, `metadata` over the metadata of its pods. */
export function deployment(space: string, name: string, pod: Part = {}, metadata: Part = {}): Part {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: space },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, ...metadata },
        spec: { containers: [{ name, image: name }], ...pod },
      },
    },
  };
}

/** A Service that selects the pods of a Deployment of its name. */
export function service(space: string, name: string, ports: readonly Part[], more: Part = {}): Part {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: space, ...more },
    spec: { selector: { app: more.app ?? name }, ports },
  };
}

/** A resource of `security.istio.io`. */
export function security(kind: string, space: string, name: string, spec: unknown, metadata: Part = {}): Part {
  return { apiVersion: 'security.istio.io/v1', kind, metadata: { name, namespace: space, ...metadata }, spec };
}

/** A PeerAuthentication with a mode, for the pods of a Deployment where one is named. */
export function peerAuthentication(space: string, mode: string, app?: string, more: Part = {}): Part {
  const selector = app === undefined ? {} : { selector: { matchLabels: { app } } };
  return security('PeerAuthentication', space, app ?? 'default', { ...selector, mtls: { mode }, ...more });
}

/** An AuthorizationPolicy. */
export function authorization(space: string, name: string, spec: unknown, metadata: Part = {}): Part {
  return security('AuthorizationPolicy', space, name, spec, metadata);
}

/** The mesh of some manifests; the whole world unless told otherwise. */
export function meshOf(parts: readonly Part[], config: MeshConfigKeys = {}): Promise<Mesh> {
  const text = parts.map((part) => JSON.stringify(part)).join('\n---\n');
  return makeMesh(text, { closedWorld: true, ...config });
}

/** A workload by the name of its resource; throws when there is none. */
export function workloadOf(mesh: Mesh, name: string): Workload {
  const found = mesh.workloads.find((w) => w.resource.name === name);
  if (!found) throw new Error(`no workload ${name}`);
  return found;
}
