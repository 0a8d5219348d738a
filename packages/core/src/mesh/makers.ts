import { isKnownGroup } from '../manifest/kinds.ts';
import type { Resource } from '../manifest/resource.ts';
import { nameOf } from '../manifest/resource.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import type { Mesh } from './mesh.ts';

/**
 * Who, of what was read, makes a Secret; undefined where nothing does. Controllers make Secrets out of objects of their own kinds, in the namespace
 * of the object unless it says another. Sources: the reference pages of cert-manager, External Secrets, Sealed Secrets, Vault Secrets Operator, Secrets Store CSI,
 * sops-secrets-operator, Infisical, 1Password, Doppler, Crossplane, Reflector.
 */
export function makerOfSecret(mesh: Mesh, namespace: string | undefined, name: string): string | undefined {
  const { secrets, anywhere } = mesh.derive(madeSecrets);
  const maker = anywhere.get(name) ?? secrets.get(`${namespace ?? ''}/${name}`);
  if (maker) return maker;
  const made = mesh.madeOutside.find(
    (one) =>
      one.kind === 'Secret' &&
      one.name === name &&
      (one.namespace === undefined || namespace === undefined || one.namespace === namespace),
  );
  return made?.by;
}

/** The Secrets that objects of the input make, with the object: by namespace and name. */
export function secretsMade(mesh: Mesh): ReadonlyMap<string, Resource> {
  return mesh.derive(madeSecrets).byObject;
}

interface MadeSecrets {
  readonly secrets: ReadonlyMap<string, string>;
  readonly anywhere: ReadonlyMap<string, string>;
  readonly byObject: ReadonlyMap<string, Resource>;
}

function madeSecrets(mesh: Mesh): MadeSecrets {
  const secrets = new Map<string, string>();
  const anywhere = new Map<string, string>();
  const byObject = new Map<string, Resource>();
  for (const resource of mesh.resources) {
    const by = () => `${nameOf(resource)} makes it`;
    for (const { name, namespace = resource.namespace, copied } of secretsOf(resource)) {
      if (name === undefined || name === '') continue;
      if (copied) anywhere.set(name, by());
      else secrets.set(`${namespace ?? ''}/${name}`, by());
      byObject.set(`${namespace ?? ''}/${name}`, resource);
    }
  }
  return { secrets, anywhere, byObject };
}

interface MadeSecret {
  readonly name: string | undefined;
  readonly namespace?: string | undefined;
  /** In other namespaces too. */
  readonly copied?: boolean;
}

function secretsOf(resource: Resource): MadeSecret[] {
  const { type, kind, body, name, annotations } = resource;
  const spec = body.at('spec');
  const text = (...path: string[]) => path.reduce<Field>((field, key) => field.at(key), spec).string();
  const list = (field: Field, read: (item: Field) => string | undefined) =>
    (field.items() as Field[]).map((item) => ({ name: read(item) }));
  switch (kind) {
    case 'Certificate':
      return [{ name: text('secretName'), copied: isCopied(spec.at('secretTemplate')) }];
    case 'ExternalSecret':
      return [{ name: text('target', 'name') ?? name }];
    case 'ClusterExternalSecret':
      return [
        { name: text('externalSecretSpec', 'target', 'name') ?? text('externalSecretName') ?? name, copied: true },
      ];
    case 'SealedSecret':
      return [
        { name: text('template', 'metadata', 'name') ?? name, copied: isCopied(spec.at('template').at('metadata')) },
      ];
    case 'VaultStaticSecret':
    case 'VaultDynamicSecret':
    case 'VaultPKISecret':
    case 'HCPVaultSecretsApp':
      return [{ name: text('destination', 'name') }];
    case 'SecretProviderClass':
      return list(spec.at('secretObjects'), (item) => item.at('secretName').string());
    case 'SopsSecret':
      return list(spec.at('secretTemplates'), (item) => item.at('name').string());
    case 'InfisicalSecret':
      return [
        {
          name: text('managedSecretReference', 'secretName') ?? name,
          namespace: text('managedSecretReference', 'secretNamespace'),
        },
      ];
    case 'DopplerSecret':
      return [{ name: text('managedSecret', 'name'), namespace: text('managedSecret', 'namespace') }];
    case 'OnePasswordItem':
    case 'VaultSecret':
    case 'AzureKeyVaultSecret':
    case 'AzureKeyVaultEnvSecret':
      return [{ name: text('output', 'secret', 'name') ?? name }];
    case 'Secret':
      return annotations.keys().some((key) => COPIED.test(key)) ? [{ name, copied: true }] : [];
    case 'Ingress':
      return hasIssuer(resource) ? list(spec.at('tls'), (item) => item.at('secretName').string()) : [];
    case 'Gateway':
      if (type !== 'gateway.networking.k8s.io/Gateway' || !hasIssuer(resource)) return [];
      return (spec.at('listeners').items() as Field[]).flatMap((listener) =>
        list(listener.at('tls').at('certificateRefs'), (item) => item.at('name').string()),
      );
  }
  const connection = spec.at('writeConnectionSecretToRef');
  return connection.hasValue
    ? [{ name: connection.at('name').string(), namespace: connection.at('namespace').string() }]
    : [];
}

const COPIED =
  /reflector\.v1\.k8s\.emberstack\.com|replicator\.v1\.mittwald\.de|kubed\.appscode\.com|sync.*secret|kubernetes-replicator/;

function isCopied(metadata: Field): boolean {
  return metadata
    .at('annotations')
    .entries()
    .some(([key]) => COPIED.test(key));
}

function hasIssuer({ annotations }: Resource): boolean {
  return annotations
    .keys()
    .some((key) => /^cert-manager\.io\/(?:cluster-)?issuer$|^kubernetes\.io\/tls-acme$/.test(key));
}

/**
 * Who, of what was read, may make a Service of a name; undefined where nothing does. A release of a chart may make any Service of its namespace, and a chart
 * that was passed over those that carry its name; operators make Services out of their own kinds, named for the object: Flagger `cart-canary` of Canary `cart`, Strimzi
 * `my-kafka-bootstrap` of Kafka `my`. Linkerd mirrors `cart` of a linked cluster `east` as `cart-east`. A name that is a slip away from a Service that was read is none of these.
 */
export function makerOfService(mesh: Mesh, namespace: string, name: string): string | undefined {
  const { operators, releases, links } = mesh.derive(serviceMakers);
  for (let end = name.length; end > 0; end = name.lastIndexOf('-', end - 1)) {
    const maker = operators.get(name.slice(0, end))?.find((r) => mayServe(mesh, r, namespace));
    if (maker) return `${nameOf(maker)} may make it`;
  }
  for (const link of links) {
    if (!name.endsWith(`-${link.cluster}`)) continue;
    return `${nameOf(link.resource)} mirrors Services of that cluster`;
  }
  const chart = mesh.madeOutside.find(
    (one) => one.kind === 'chart' && (name === one.name || name.startsWith(`${one.name}-`)),
  );
  if (chart) return chart.by;
  const release = (releases.get(namespace) ?? releases.get('*'))?.[0];
  if (!release || isSlipOfService(mesh, namespace, name)) return undefined;
  return `${nameOf(release)} may make it`;
}

/** Whether a name is nearly that of a Service of the namespace that was read, so that this one is meant. */
export function isSlipOfService(mesh: Mesh, namespace: string, name: string): boolean {
  const own = mesh.derive(serviceNames).get(namespace) ?? [];
  const meant = didYouMean(name, own.slice(0, MOST_NAMES));
  // A part of a name is no slip: `cart-canary` is not `cart`.
  return meant !== undefined && Math.abs(meant.length - name.length) <= 2;
}

const MOST_NAMES = 200;

function serviceNames(mesh: Mesh): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { resource } of mesh.services) addTo(names, resource.namespace ?? '', resource.name);
  return names;
}

function mayServe(mesh: Mesh, { namespace, rewrites }: Resource, wanted: string): boolean {
  return (
    namespace === undefined ||
    namespace === wanted ||
    rewrites?.namespace === true ||
    mesh.settings.defaultNamespace === namespace
  );
}

interface ServiceMakers {
  readonly operators: ReadonlyMap<string, readonly Resource[]>;
  /** By the namespace that they install into; `*` for those of which it is not known. */
  readonly releases: ReadonlyMap<string, readonly Resource[]>;
  readonly links: readonly { readonly cluster: string; readonly resource: Resource }[];
}

function serviceMakers(mesh: Mesh): ServiceMakers {
  const operators = new Map<string, Resource[]>();
  const releases = new Map<string, Resource[]>();
  const links: { cluster: string; resource: Resource }[] = [];
  for (const resource of mesh.resources) {
    if (isKnownGroup(resource.group)) continue;
    const { kind, name, body, group } = resource;
    const spec = body.at('spec');
    if (RELEASES.has(kind)) {
      addTo(releases, targetOf(resource) ?? '*', resource);
      continue;
    }
    if (group === 'multicluster.linkerd.io' && kind === 'Link') {
      const cluster = spec.at('targetClusterName').string() ?? name;
      if (cluster !== '') links.push({ cluster, resource });
      continue;
    }
    if (NO_MAKERS.test(group) || NO_MAKER_KINDS.has(kind)) continue;
    for (const one of [name, spec.at('service').at('name').string()]) if (one) addTo(operators, one, resource);
  }
  return { operators, releases, links };
}

const RELEASES: ReadonlySet<string> = new Set([
  'HelmRelease',
  'HelmChart',
  'Application',
  'ApplicationSet',
  'HelmApp',
  'Bundle',
  'GitRepo',
]);

// Where a release goes; undefined where that is filled in later.
function targetOf({ kind, namespace, body }: Resource): string | undefined {
  const spec = body.at('spec');
  const destination =
    kind === 'ApplicationSet' ? spec.at('template').at('spec').at('destination') : spec.at('destination');
  if (kind === 'Application' || kind === 'ApplicationSet') return destination.at('namespace').string();
  const target = spec.at('targetNamespace');
  return target.hasValue ? target.string() : namespace;
}

/** Groups whose objects make no Services: certificates, secrets, policies, deliveries, what watches. */
const NO_MAKERS =
  /(?:^|\.)(?:cert-manager\.io|external-secrets\.io|bitnami\.com|kyverno\.io|fluxcd\.io|linkerd\.io|hashicorp\.com|gatekeeper\.sh|velero\.io)$/;
const NO_MAKER_KINDS: ReadonlySet<string> = new Set([
  'ServiceMonitor',
  'PodMonitor',
  'PrometheusRule',
  'AppProject',
  'Rollout',
  'AnalysisTemplate',
  'Kustomization',
  'Component',
  'ScaledObject',
]);
