import { kubernetesGateways } from '../gateway-api/kubernetes-gateways.ts';
import { folderOf } from '../manifest/folders.ts';
import { fileOf, type Resource } from '../manifest/resource.ts';
import { meets, type Requirement } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type Gateway, gateways } from '../routing/gateways.ts';
import type { InputFile } from '../source/source-file.ts';
import type { Callers } from './callers.ts';

/** The name of the file that stands for the manifest of a gateway that was not read, beside the Gateway that selects its pods. */
const ASSUMED = 'assumed gateway';

/** What stands for a gateway whose manifest was not read. */
export interface AssumedGateway {
  /** A manifest, of a name that no file has. */
  readonly file: InputFile;
  /** The Gateway that it was made of: the place to look at. */
  readonly madeOf: Resource;
  /** What would have to be read. */
  readonly why: string;
}

/** What the name of a gateway means, where it is none of a workload. */
export interface GatewayMeaning {
  /** The workload to take in its place, as callers are named. */
  readonly workload: string;
  /** Where its manifest was not read: one that says what is known of it. */
  readonly assumed?: AssumedGateway;
}

/**
 * What somebody means who names a gateway: the workload, or the Gateway of Istio that selects it. Most repositories hold the Gateway and not
 * the Deployment of the gateway, which a chart makes elsewhere. Then its pods are taken to be those that the Gateway selects; or, for a name
 * that is that of a release of the chart, to have the labels of the chart, if some Gateway selects these. In a closed world nothing is assumed.
 *
 * Source: `manifests/charts/gateway/templates/_helpers.tpl` of istio/istio: labels `app`, the name of the release, and `istio`, the same
 * without a leading `istio-`. undefined where none of it fits.
 */
export function meaningOfGateway(
  mesh: Mesh,
  callers: Callers,
  text: string,
  namespace: string | undefined,
): GatewayMeaning | undefined {
  const all = mesh.derive(gateways);
  const [a = '', b, more] = text.split('/');
  if (more !== undefined) return undefined;
  const [space, name] = b === undefined ? [namespace, a] : [a, b];
  const root = mesh.installation.rootNamespace.value;
  const named = all.filter(
    ({ resource }) => resource.name === name && (space === undefined || resource.namespace === space),
  );
  for (const gateway of named) {
    const pods = podsOf(callers, gateway);
    if (pods !== undefined) return { workload: pods };
  }
  const deployed = deployedFor(mesh, callers, space, name);
  if (deployed) return deployed;
  if (mesh.settings.closedWorld) return undefined;
  const [gateway] = named;
  const wanted = gateway?.selector?.requirements;
  if (gateway && wanted?.length) {
    const labels = Object.fromEntries(wanted.map(({ key, values }) => [key, values[0] ?? '']));
    return assumed(gateway, name, root, labels, `the pods of Gateway ${gateway.resource.namespace}/${name}`);
  }
  const labels = { app: name, istio: name.replace(/^istio-/, '') };
  const chart = all.find(({ selector }) => selects(selector?.requirements, labels));
  return chart && assumed(chart, name, space ?? root, labels, `the pods of ${space ?? root}/${name}`);
}

/**
 * The pods of a Gateway of the Gateway API. istiod deploys them, named for the Gateway and its class, unless the Gateway has an address of its
 * own; so no manifest shows them, not even in a closed world. Source: `pilot/pkg/config/kube/gateway/deploymentcontroller.go`. Since 1.15.
 */
function deployedFor(
  mesh: Mesh,
  callers: Callers,
  space: string | undefined,
  name: string | undefined,
): GatewayMeaning | undefined {
  const gateway = mesh
    .derive(kubernetesGateways)
    .find(
      (g) =>
        g.kind === 'Gateway' && g.resource.name === name && (space ?? g.resource.namespace) === g.resource.namespace,
    );
  if (!gateway || gateway.spec.at('addresses').items().length > 0) return undefined;
  const { namespace = '' } = gateway.resource;
  const read = callers.all.find(
    ({ workload }) =>
      workload.resource.namespace === namespace && workload.podLabels.get(GATEWAY_NAME_KEY) === gateway.resource.name,
  );
  if (read) return { workload: `${read.workload.resource.kind}/${namespace}/${read.workload.resource.name}` };
  const labels = { [GATEWAY_NAME_KEY]: gateway.resource.name };
  const deployment = `${gateway.resource.name}-${gateway.className ?? 'istio'}`;
  return assumed(gateway, deployment, namespace, labels, `the pods of Gateway ${namespace}/${gateway.resource.name}`);
}

const GATEWAY_NAME_KEY = 'gateway.networking.k8s.io/gateway-name';

/** A workload that a Gateway selects. */
function podsOf(callers: Callers, { selector }: Gateway): string | undefined {
  const wanted = selector?.requirements;
  if (!wanted?.length) return undefined;
  const hit = callers.all.find(({ workload }) => meets(wanted, workload.podLabels) === 'yes');
  if (!hit) return undefined;
  const { kind, namespace, name } = hit.workload.resource;
  return `${kind}/${namespace ?? ''}/${name}`;
}

function selects(wanted: readonly Requirement[] | undefined, labels: Readonly<Record<string, string>>): boolean {
  return (
    wanted !== undefined &&
    wanted.length > 0 &&
    wanted.every(({ key, values }) => Object.hasOwn(labels, key) && values[0] === labels[key])
  );
}

function assumed(
  { resource }: Pick<Gateway, 'resource'>,
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  whose: string,
): GatewayMeaning {
  // Names in a manifest of strangers may hold anything: JSON keeps it in its place.
  const manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels: { ...labels, 'sidecar.istio.io/inject': 'true' },
          annotations: { 'inject.istio.io/templates': 'gateway' },
        },
        spec: { serviceAccountName: name, containers: [{ name: 'istio-proxy', image: 'auto' }] },
      },
    },
  };
  const folder = folderOf(fileOf(resource));
  return {
    workload: `Deployment/${namespace}/${name}`,
    assumed: {
      file: { path: folder === '' ? ASSUMED : `${folder}/${ASSUMED}`, text: JSON.stringify(manifest), rendered: true },
      madeOf: resource,
      why: `the manifest of the gateway: ${whose} were not read, and are taken to stand in namespace ${namespace} with ${labelWords(labels)}`,
    },
  };
}

function labelWords(labels: Readonly<Record<string, string>>): string {
  const words = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return `label${words.length === 1 ? '' : 's'} ${words.join(', ')}`;
}
