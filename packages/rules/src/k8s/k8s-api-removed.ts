import {
  addTo,
  defineRule,
  fileOf,
  folderOf,
  formatVersion,
  isSettled,
  type Mesh,
  nameOf,
  type Resource,
  removedApi,
} from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';

export const k8sApiRemoved = defineRule({
  meta: {
    id: 'k8s-api-removed',
    summary: 'A manifest is written for an API version that the cluster does not serve any more.',
    why: 'The API server knows no such kind and refuses the manifest, so that nothing in it comes to be.',
    fix: 'Write the manifest for an API version that is served.',
    severity: 'error',
    subject: 'resource',
    perMessage: {
      besideNewer: {
        why: 'A cluster of the configured release refuses this manifest; the other one is for it.',
        fix: 'Apply the other one, and leave this one out of what is checked, or say in the config which release it is for.',
      },
    },
    sources: [
      'Kubernetes: Deprecated API Migration Guide',
      'Istio: change notes of 1.5, 1.6 and 1.8 (authentication.istio.io, rbac.istio.io, Mixer)',
    ],
    messages: {
      moved: '{resource}: {apiVersion} is not served by {product} {version} (removed in {removedIn}); write {instead}.',
      replaced:
        '{resource}: {apiVersion} is not served by {product} {version} (removed in {removedIn}); use {instead}.',
      besideNewer:
        '{resource}: {apiVersion} is not served by {product} {version} (removed in {removedIn}); this is for older clusters, as {other} stands for newer ones.',
      gone: '{resource}: {apiVersion} is not served by {product} {version} (removed in {removedIn}), and nothing took its place.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a Deployment of the first days',
        yaml: `
          apiVersion: extensions/v1beta1 #~ moved \`extensions/v1beta1\`
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
      {
        title: 'a policy of the first days of Istio',
        yaml: `
          apiVersion: authentication.istio.io/v1alpha1 #~ replaced
          kind: Policy
          metadata: { name: default, namespace: shop }
          spec:
            peers: [{ mtls: {} }]
        `,
      },
    ],
    good: [
      {
        title: 'a release that still serves it',
        yaml: `
          apiVersion: extensions/v1beta1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
        settings: { kubernetesVersion: '1.15' },
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const removed = removedApi(resource.apiVersion, resource.kind);
    if (!removed) return;
    const isKubernetes = removed.of === 'Kubernetes';
    if (!(isKubernetes ? mesh.kubernetesAtLeast(removed.removedIn) : mesh.istioAtLeast(removed.removedIn))) return;
    const field = resource.body.at('apiVersion');
    const { istioVersion, kubernetesVersion } = mesh.settings;
    const data = {
      resource: nameOf(resource),
      apiVersion: `${resource.kind} of ${resource.apiVersion}`,
      product: removed.of,
      version: formatVersion(isKubernetes ? kubernetesVersion : istioVersion),
      removedIn: removed.removedIn,
    };
    const { instead, replacement } = removed;
    const newer = newerBeside(mesh, resource, replacement);
    if (newer) {
      const other = `${newer.kind} of ${newer.apiVersion} in ${fileOf(newer)}`;
      report(
        field,
        'besideNewer',
        { ...data, other },
        { severity: 'info', related: [{ at: newer.body.at('apiVersion'), note: 'for newer clusters' }] },
      );
      return;
    }
    if (replacement !== undefined) return report(field, 'replaced', { ...data, instead: replacement });
    if (instead === undefined) return report(field, 'gone', data);
    const edits = removed.same && field.exists && isSettled(resource) ? replaceString(field, instead) : [];
    report(field, 'moved', { ...data, instead }, { edits, fix: `Write apiVersion: ${instead}.` });
  },
});

/** What says the same for newer clusters: the same object in a version that is served, or in its folder an object of the kind that took its place. */
function newerBeside(mesh: Mesh, resource: Resource, replacement: string | undefined): Resource | undefined {
  const isServed = ({ apiVersion, kind }: Resource) => {
    const removed = removedApi(apiVersion, kind);
    return (
      !removed ||
      !(removed.of === 'Kubernetes' ? mesh.kubernetesAtLeast(removed.removedIn) : mesh.istioAtLeast(removed.removedIn))
    );
  };
  const folder = folderOf(fileOf(resource));
  // In another folder it is another sample of the same name, unless the path says which version this one is for.
  const isSplit = VERSION_IN_PATH.test(fileOf(resource));
  const same = mesh
    .variants(resource)
    .find((other) => other !== resource && isServed(other) && (isSplit || folderOf(fileOf(other)) === folder));
  if (same || replacement === undefined) return same;
  const beside = mesh.derive(istioByFolder).get(`${folder}\n${resource.name}`) ?? [];
  return beside.find((other) => replacement.includes(other.kind));
}

const VERSION_IN_PATH = /(?:^|[^a-z0-9])v\d+-?(?:alpha|beta)\d+(?:[^a-z0-9]|$)/;

// The kinds of today's Istio that took the place of others, one of each by folder and name.
function istioByFolder(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const found = new Map<string, Resource[]>();
  for (const resource of mesh.resources) {
    if (!resource.group.endsWith('.istio.io') || removedApi(resource.apiVersion, resource.kind)) continue;
    const key = `${folderOf(fileOf(resource))}\n${resource.name}`;
    if (!found.get(key)?.some((other) => other.kind === resource.kind)) addTo(found, key, resource);
  }
  return found;
}
