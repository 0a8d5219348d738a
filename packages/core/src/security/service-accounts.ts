import { podTemplateOf } from '../manifest/pod-template.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';

/** Service accounts, each as `/ns/NAMESPACE/sa/NAME`, the end of a principal. */
export interface ServiceAccounts {
  /** Those that exist: by an object, by what runs as them, or because Kubernetes or a chart makes them. */
  readonly all: ReadonlySet<string>;
  /** Those that something which was read runs as. */
  readonly used: ReadonlySet<string>;
  /** Those that exist whatever a WorkloadGroup or WorkloadEntry names: by an object, pods, or Kubernetes itself. */
  readonly held: ReadonlySet<string>;
}

/** The service accounts of the mesh, as far as the files tell. */
export function serviceAccounts(mesh: Mesh): ServiceAccounts {
  return mesh.derive(accountsHere);
}

/** The service accounts of each other cluster, by its name. */
export function serviceAccountsElsewhere(mesh: Mesh): ReadonlyMap<string, ServiceAccounts> {
  return mesh.derive(accountsElsewhere);
}

/** The end of a principal that means an account. */
export function accountPath(namespace: string | undefined, name: string): string {
  return `/ns/${namespace ?? ''}/sa/${name}`;
}

function accountsHere(mesh: Mesh): ServiceAccounts {
  const here = accountsOf(mesh.resources.filter((r) => !r.partial));
  const root = mesh.installation.rootNamespace.value;
  const all = new Set([...here.all, ...stockAccounts(mesh, root)]);
  return { all, used: here.used, held: here.held };
}

// The charts make accounts that no manifest need show; where their pods are among the files, those say what they run as.
function stockAccounts(mesh: Mesh, root: string): string[] {
  const gateways = ['istio-ingressgateway', 'istio-egressgateway'].filter(
    (name) => !mesh.derive(deployments).has(name),
  );
  return ['istiod', 'ztunnel', 'istio-cni', ...gateways].flatMap((name) => [
    accountPath(root, name),
    accountPath(root, `${name}-service-account`),
  ]);
}

function deployments(mesh: Mesh): ReadonlySet<string> {
  const root = mesh.installation.rootNamespace.value;
  return new Set(mesh.workloads.flatMap((w) => (w.resource.namespace === root ? [w.resource.name] : [])));
}

function accountsElsewhere(mesh: Mesh): ReadonlyMap<string, ServiceAccounts> {
  const sorted = [...mesh.clusters].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(sorted.map(([name, resources]) => [name, accountsOf(resources)]));
}

function accountsOf(resources: readonly Resource[]): ServiceAccounts {
  const all = new Set<string>();
  const used = new Set<string>();
  const held = new Set<string>();
  const use = (namespace: string | undefined, name: string) => {
    used.add(accountPath(namespace, name));
    all.add(accountPath(namespace, name));
  };
  const hold = (namespace: string | undefined, name: string) => {
    held.add(accountPath(namespace, name));
    all.add(accountPath(namespace, name));
  };
  for (const resource of resources) {
    const { type, namespace, name, body } = resource;
    // Kubernetes makes `default` in every namespace.
    if (namespace !== undefined) hold(namespace, 'default');
    if (type === 'Namespace') hold(name, 'default');
    if (type === 'ServiceAccount') hold(namespace, name);
    const spec = body.at('spec');
    if (type === 'networking.istio.io/WorkloadEntry') use(namespace, spec.at('serviceAccount').string() || 'default');
    if (type === 'networking.istio.io/WorkloadGroup')
      use(namespace, spec.at('template').at('serviceAccount').string() || 'default');
    // A Gateway of the Gateway API brings an account of its own, named for it.
    if (type === 'gateway.networking.k8s.io/Gateway') {
      use(namespace, name);
      use(namespace, `${name}-${spec.at('gatewayClassName').string() ?? ''}`);
    }
    const pod = podTemplateOf(body, type)?.at('spec');
    if (!pod?.isMapping) continue;
    const account = pod.at('serviceAccountName').string() || pod.at('serviceAccount').string() || 'default';
    use(namespace, account);
    hold(namespace, account);
  }
  return { all, used, held };
}
