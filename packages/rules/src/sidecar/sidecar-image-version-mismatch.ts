import {
  addTo,
  defineRule,
  formatVersion,
  imageMismatches,
  judgedSidecar,
  type Mesh,
  meshSettings,
  nameOf,
  OVERRIDES_KEY,
  tagOf,
  type Version,
  type Workload,
  type WrittenSidecar,
} from '@meshvet/core';
import { firstAndMore } from '../shared/words/workload-words.ts';

export const sidecarImageVersionMismatch = defineRule({
  meta: {
    id: 'sidecar-image-version-mismatch',
    summary: 'The containers of the mesh are of different releases.',
    why: 'istio-init and istio-proxy are made for each other, and istiod serves proxies of its own release and the two before: what is further apart may lack what the other side expects.',
    fix: 'Render the manifests again, or restart the pods, so that all have the proxy of the control plane.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    codes: ['IST0158'],
    sources: [
      'istio.io: Supported Releases (control plane and data plane skew)',
      'istio/istio pkg/config/analysis/analyzers/injection/injection-image.go',
      'istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml (image)',
    ],
    messages: {
      init: '{resource}: {init} has tag {initTag}, and istio-proxy has {proxyTag}; the injector gives both the same.',
      neighbour: '{resource} has the proxy of Istio {version}, and {other} in its namespace that of {newest}.',
      old: '{resource}: the proxy is of Istio {version}, and istioVersion is {mesh}; istiod serves proxies of its own release and the two before.',
      young:
        '{resource}: the proxy is of Istio {version}, which is newer than istioVersion {mesh}; the control plane is to be upgraded first.',
      injector:
        '{pods} of namespace {namespace} run the proxy {image}, but the injector of the namespace gives {expected}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'two releases in one pod',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.29.2 #~ init
                args: [istio-iptables, -b, "*"]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
    good: [
      {
        title: 'one release',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const mismatch = mesh.derive(imageMismatches).get(workload);
    if (mismatch) {
      const { namespace, pods, image, expected, container } = mismatch;
      report(
        namespace.resource.body.at('metadata').at('name'),
        'injector',
        {
          pods: `${pods.length > 1 ? 'Pods' : 'Pod'} ${firstAndMore(pods)}`,
          namespace: namespace.name,
          image,
          expected,
        },
        { resource: namespace.resource, related: [{ at: container.field.at('image'), note: 'such a proxy' }] },
      );
    }
    const written = judgedSidecar(mesh, workload);
    if (!written?.proxy) return;
    const resource = nameOf(workload.resource);
    const pair = mixedTags(workload, written);
    if (pair) report(pair.container.field.at('image'), 'init', { resource, ...pair.data }, { codes: [] });
    if (!written.version) return;
    const version = formatVersion(written.version);
    const at = written.proxy.field.at('image');
    const newest = newestBeside(mesh, workload, written.version);
    if (newest) {
      const other = nameOf(newest.workload.resource);
      report(at, 'neighbour', { resource, version, other, newest: formatVersion(newest.version) }, { codes: [] });
    }
    const { istioVersion, profile } = mesh.settings;
    // A release that nobody named is no ground for more than good advice.
    const named = formatVersion(istioVersion) !== formatVersion(meshSettings({ profile }).istioVersion);
    const behind = (istioVersion[0] - written.version[0]) * 100 + istioVersion[1] - written.version[1];
    const data = { resource, version, mesh: formatVersion(istioVersion) };
    if (behind > 2) report(at, 'old', data, named ? { codes: [] } : { codes: [], severity: 'info', advice: true });
    else if (behind < 0 && named) report(at, 'young', data, { codes: [] });
  },
});

interface MixedTags {
  readonly container: NonNullable<WrittenSidecar['init']>;
  readonly data: { init: string; initTag: string; proxyTag: string };
}

function mixedTags(workload: Workload, { proxy, init, validation }: WrittenSidecar): MixedTags | undefined {
  const container = init ?? validation;
  // An author may ask for another proxy, which the template gives to istio-proxy alone.
  const image = workload.podAnnotations.get('sidecar.istio.io/proxyImage');
  if (!proxy || !container || image !== undefined || workload.podAnnotations.has(OVERRIDES_KEY)) return undefined;
  const [initTag, proxyTag] = [tagOf(container.image), tagOf(proxy.image)];
  if (initTag === undefined || proxyTag === undefined || plain(initTag) === plain(proxyTag)) return undefined;
  return { container, data: { init: container.name, initTag, proxyTag } };
}

// The same release in another flavour.
function plain(tag: string): string {
  return tag.replace(/-(?:distroless|debug|default)$/, '');
}

interface Carrier {
  readonly workload: Workload;
  readonly version: Version;
}

/** The workload with the newest proxy that surely runs in the same namespace, where that is of another minor release. */
function newestBeside(mesh: Mesh, workload: Workload, version: Version): Carrier | undefined {
  const carriers = (mesh.derive(versionsByNamespace).get(workload.resource.namespace ?? '') ?? []).slice(0, MOST);
  return carriers.find(
    (other) =>
      isNewer(other.version, version) &&
      other.workload.resource.name !== workload.resource.name &&
      mesh.together(workload.resource, other.workload.resource),
  );
}

const MOST = 200;

function versionsByNamespace(mesh: Mesh): ReadonlyMap<string, readonly Carrier[]> {
  const index = new Map<string, Carrier[]>();
  for (const workload of mesh.workloads) {
    const written = judgedSidecar(mesh, workload);
    if (!written?.proxy || !written.version) continue;
    const namespace = workload.resource.namespace ?? '';
    addTo(index, namespace, { workload, version: written.version });
  }
  for (const list of index.values()) {
    list.sort((a, b) => {
      if (isNewer(a.version, b.version)) return -1;
      if (isNewer(b.version, a.version)) return 1;
      return nameOf(a.workload.resource) < nameOf(b.workload.resource) ? -1 : 1;
    });
  }
  return index;
}

function isNewer(a: Version, b: Version): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}
