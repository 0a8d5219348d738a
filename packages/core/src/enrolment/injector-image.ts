import type { Namespace } from '../cluster/namespaces.ts';
import type { Container, Workload } from '../cluster/workloads.ts';
import { INJECTION_KEY, REVISION_KEY } from '../injection/injection.ts';
import { PROXY_CONFIG_KEY } from '../installation/embedded.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { addTo } from '../source/grouping.ts';

/** Pods of a namespace whose proxy is not the one that the injector would give them. */
export interface ImageMismatch {
  readonly namespace: Namespace;
  /** The pod that stands for all: the first by name. */
  readonly first: Workload;
  /** Their names, sorted. */
  readonly pods: readonly string[];
  readonly image: string;
  readonly container: Container;
  readonly expected: string;
}

const INJECTOR = 'istio-sidecar-injector';

/**
 * Namespaces with injection whose Pods carry another proxy than the injector's ConfigMap names. Only of Pods, which are what runs: the
 * template of a workload is rendered anew when its pods are created. Source: `pkg/config/analysis/analyzers/injection/injection-image.go`.
 */
export function imageMismatches(mesh: Mesh): ReadonlyMap<Workload, ImageMismatch> {
  const images = injectorImages(mesh);
  const found = new Map<Workload, ImageMismatch>();
  if (images.size === 0) return found;
  const podsByNamespace = new Map<string, Workload[]>();
  for (const workload of mesh.workloads) {
    const { type, namespace, namespaceWritten } = workload.resource;
    if (type !== 'Pod' || namespace === undefined || !(namespaceWritten || mesh.settings.closedWorld)) continue;
    addTo(podsByNamespace, namespace, workload);
  }
  const seen = new Set<string>();
  for (const namespace of mesh.namespaces) {
    if (seen.has(namespace.name)) continue;
    seen.add(namespace.name);
    const mismatch = mismatchIn(mesh, namespace, images, podsByNamespace.get(namespace.name) ?? []);
    if (mismatch) found.set(mismatch.first, mismatch);
  }
  return found;
}

function mismatchIn(
  mesh: Mesh,
  namespace: Namespace,
  images: ReadonlyMap<string, readonly string[]>,
  pods: readonly Workload[],
): ImageMismatch | undefined {
  const { labels } = namespace.resource;
  const revision = labels.has(REVISION_KEY)
    ? labels.get(REVISION_KEY)
    : labels.get(INJECTION_KEY) === 'enabled'
      ? 'default'
      : undefined;
  if (revision === undefined) return undefined;
  const expected = images.get(revision === '' || revision === 'default' ? INJECTOR : `${INJECTOR}-${revision}`);
  if (!expected) return undefined;
  const wrong = pods
    .flatMap((pod) => {
      const container = otherProxy(mesh, pod, expected);
      return container ? [{ pod, container }] : [];
    })
    .sort((a, b) => (a.pod.resource.name < b.pod.resource.name ? -1 : 1));
  const [first] = wrong;
  if (!first) return undefined;
  return {
    namespace,
    first: first.pod,
    pods: wrong.map(({ pod }) => pod.resource.name),
    image: first.container.image,
    container: first.container,
    expected: expected.join(' or '),
  };
}

function otherProxy(mesh: Mesh, pod: Workload, expected: readonly string[]): Container | undefined {
  if (
    pod.podAnnotations.get('sidecar.istio.io/proxyImage') ||
    pod.podAnnotations.mayChange('sidecar.istio.io/proxyImage')
  )
    return undefined;
  const type = imageTypeOf(mesh, pod);
  const accepted = expected.flatMap((image) => (type === '' ? [image] : [image, `${image}-${type}`]));
  return pod.containers.find(
    (c) => c.name === 'istio-proxy' && c.image !== '' && c.image !== 'auto' && !accepted.includes(c.image),
  );
}

/** The images that ConfigMaps of injectors name, by the name of the ConfigMap. */
function injectorImages(mesh: Mesh): ReadonlyMap<string, readonly string[]> {
  const images = new Map<string, string[]>();
  for (const { name, body } of mesh.ofType('ConfigMap')) {
    if (name !== INJECTOR && !name.startsWith(`${INJECTOR}-`)) continue;
    const text = body.at('data').at('values').value;
    const values = typeof text === 'string' ? mesh.embedded(text) : undefined;
    const image = values?.state === 'read' ? imageOf(values.value) : undefined;
    if (image !== undefined) images.set(name, [...(images.get(name) ?? []), image]);
  }
  return images;
}

function imageOf(values: unknown): string | undefined {
  const global = inside(values, 'global');
  const image = inside(inside(global, 'proxy'), 'image');
  if (typeof image !== 'string' || image === '') return undefined;
  if (image.includes('/')) return image;
  const [hub, tag] = [inside(global, 'hub'), inside(global, 'tag')];
  if (typeof hub !== 'string' || (typeof tag !== 'string' && typeof tag !== 'number')) return undefined;
  return `${hub}/${image}:${tag}`;
}

// The nearest one to the pod counts: of the mesh, of the root namespace, of the namespace, of the pod.
function imageTypeOf(mesh: Mesh, pod: Workload): string {
  const configs = mesh.ofType('networking.istio.io/ProxyConfig').filter((config) => !config.partial);
  const root = mesh.installation.rootNamespace.value;
  const { namespace } = pod.resource;
  const annotation = pod.podAnnotations.get(PROXY_CONFIG_KEY);
  const read = annotation === undefined ? undefined : mesh.embedded(annotation);
  const types = [
    inside(inside(mesh.installation.proxyConfig.value, 'image'), 'imageType'),
    ...configs.filter((config) => config.namespace === root).map(typeOf),
    ...configs.filter((config) => config.namespace === namespace && !selectorOf(config).exists).map(typeOf),
    ...configs.filter((config) => config.namespace === namespace && selects(config, pod)).map(typeOf),
    read?.state === 'read' ? inside(inside(read.value, 'image'), 'imageType') : undefined,
  ];
  const last = types.filter((type): type is string => typeof type === 'string' && type !== '').at(-1);
  return last === undefined || last === 'default' ? '' : last;
}

function typeOf(config: Resource): string | undefined {
  return config.body.at('spec').at('image').at('imageType').string();
}

function selectorOf(config: Resource) {
  return config.body.at('spec').at('selector');
}

function selects(config: Resource, pod: Workload): boolean {
  const selector = selectorOf(config);
  return (
    selector.exists &&
    selector
      .at('matchLabels')
      .entries()
      .every(([key, value]) => pod.podLabels.get(key) === value.text())
  );
}

function inside(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
