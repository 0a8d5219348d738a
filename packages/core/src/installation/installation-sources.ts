import { labelsOf } from '../manifest/label-set.ts';
import { nameOf, type Resource } from '../manifest/resource.ts';
import type { Field } from '../source/field.ts';
import { isPlaceholder } from '../source/placeholder.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import { applicationSources, type EmbeddedTexts } from './embedded.ts';
import type { LabelSelectorSettings, NativeSidecars } from './settings.ts';
import {
  at,
  both,
  flag,
  keysOf,
  LATER,
  type Later,
  laidOver,
  laterIn,
  type Mapping,
  type MaybeLater,
  mapping,
  mappingOrLater,
  selectors,
  text,
} from './told.ts';
import { type InjectorWebhook, ownsDefault, readWebhooks, webhookSelects } from './webhook-entries.ts';

/** A plain values file of a chart, which is no Kubernetes object. */
export interface HelmValues {
  readonly path: string;
  readonly body: Field;
}

/** What one manifest of the control plane says. */
export interface Told {
  /** Values of the charts. */
  readonly values?: MaybeLater<Mapping>;
  readonly meshConfig?: MaybeLater<Mapping>;
  readonly revision?: MaybeLater<string>;
  readonly tags?: ReadonlyMap<string, string> | undefined;
  /** The revision that the object says owns `istio-injection=enabled`. */
  readonly defaultRevision?: MaybeLater<string>;
  readonly cni?: MaybeLater<boolean>;
  readonly nativeSidecars?: MaybeLater<NativeSidecars>;
  readonly byDefault?: MaybeLater<boolean>;
  readonly policy?: MaybeLater<string>;
  readonly never?: MaybeLater<readonly LabelSelectorSettings[]>;
  readonly always?: MaybeLater<readonly LabelSelectorSettings[]>;
  readonly templates?: MaybeLater<readonly string[]>;
}

/** A manifest that tells something, and where to point for it. */
export interface Source extends Told {
  readonly name: string;
  readonly field: Field;
}

interface Context {
  readonly embedded: EmbeddedTexts;
  /** For an OCIRepository, HelmChart or HelmRepository of Flux, by kind, namespace and name: where its charts come from. */
  readonly charts: ReadonlyMap<string, string>;
}

/** All that the manifests and the values files tell of the control plane, by name: the order of the input decides nothing. */
export function installationSources(
  resources: readonly Resource[],
  embedded: EmbeddedTexts,
  helmValues: readonly HelmValues[],
): Source[] {
  const context: Context = { embedded, charts: chartsOf(resources) };
  const sources = [...resources.flatMap((r) => sourcesOf(r, context)), ...helmValues.flatMap(ofValuesFile)];
  return sources.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function sourcesOf(resource: Resource, context: Context): Source[] {
  if (resource.partial) return [];
  const name = nameOf(resource);
  switch (resource.type) {
    case 'ConfigMap':
      return ofConfigMap(resource, name, context.embedded);
    case 'install.istio.io/IstioOperator':
      return ofOperator(resource, name);
    case 'helm.toolkit.fluxcd.io/HelmRelease':
      return ofHelmRelease(resource, name, context);
    case 'argoproj.io/Application':
      return ofApplication(resource, name, context);
    case 'Pod': {
      // A dump of a cluster may hold the pods of the control plane and not what made them.
      const revision = resource.labels.get('app') === 'istiod' ? resource.labels.get('istio.io/rev') : undefined;
      return revision ? [{ name, field: resource.body.at('metadata').at('name'), revision }] : [];
    }
    case 'apps/Deployment':
      return resource.labels.get('app') === 'istiod' || /^istiod(?:-|$)/.test(resource.name)
        ? ofIstiod(resource, name)
        : [];
    case 'apps/DaemonSet':
      return resource.name === 'istio-cni-node' ? ofCniNode(resource, name) : [];
    case 'admissionregistration.k8s.io/MutatingWebhookConfiguration':
      return ofWebhooks(resource, name);
    default:
      return [];
  }
}

// Profiles that also install the CNI plugin. Source: `manifests/profiles` and `manifests/helm-profiles` of Istio.
const CNI_PROFILES: ReadonlySet<unknown> = new Set(['ambient', 'openshift', 'openshift-ambient']);

function ofOperator(resource: Resource, name: string): Source[] {
  const field = resource.body.at('spec');
  const spec = mapping(field.value);
  const values = mappingOrLater(at(spec, 'values'));
  const profile = at(spec, 'profile');
  const pilot = flag(at(spec, 'components', 'pilot', 'enabled'));
  // Many an IstioOperator installs gateways only.
  const hasControlPlane = pilot === undefined ? profile !== 'empty' : pilot;
  const env = at(spec, 'components', 'pilot', 'k8s', 'env');
  const source: Source = {
    name,
    field,
    values: profile === undefined || values === LATER ? values : { ...values, profile },
    meshConfig: laidOver(mappingOrLater(at(values, 'meshConfig')), mappingOrLater(at(spec, 'meshConfig'))),
    revision: hasControlPlane === false ? undefined : revisionIn(at(spec, 'revision')),
    tags: tagsIn(values, revisionIn(at(spec, 'revision'))),
    cni: flag(at(spec, 'components', 'cni', 'enabled')) ?? (CNI_PROFILES.has(profile) ? true : undefined),
    nativeSidecars: nativeInEnv(Array.isArray(env) ? env : []),
  };
  return [source];
}

function ofHelmRelease(resource: Resource, name: string, { charts }: Context): Source[] {
  const spec = resource.body.at('spec');
  const chart = spec.at('chart').at('spec');
  const reference = spec.at('chartRef').hasValue ? spec.at('chartRef') : chart.at('sourceRef');
  const namespace = reference.at('namespace').string() ?? resource.namespace ?? '';
  const from = charts.get(
    chartKey(reference.at('kind').string() ?? '', namespace, reference.at('name').string() ?? ''),
  );
  const written = chart.at('chart').string();
  // The address of an OCIRepository ends with the name of its chart; one that was not read is judged by its own name.
  const address = from ?? reference.at('name').string() ?? '';
  const owners = [address, resource.name, resource.namespace ?? '', spec.at('targetNamespace').string() ?? ''];
  const values = spec.at('values');
  return ofChart(written ?? address, owners, name, values, mappingOrLater(laterIn(values.value)));
}

function ofApplication(resource: Resource, name: string, { embedded }: Context): Source[] {
  return applicationSources(resource.body).flatMap((source) => {
    const helm = source.at('helm');
    const address = source.at('repoURL').string() ?? '';
    const chart = source.at('chart').string() ?? (address.startsWith('oci://') ? address : undefined);
    if (chart === undefined) return [];
    const values = helm.at('valuesObject').hasValue ? helm.at('valuesObject') : helm.at('values');
    const read =
      typeof values.value === 'string' ? textValue(embedded, values.value) : mappingOrLater(laterIn(values.value));
    const owners = [address, resource.name, source.at('helm').at('releaseName').string() ?? ''];
    return ofChart(chart, owners, name, values, withParameters(read, helm.at('parameters')));
  });
}

// `parameters` of a Helm source of Argo CD: `--set` one by one, laid over the values.
function withParameters(values: MaybeLater<Mapping>, parameters: Field): MaybeLater<Mapping> {
  if (values === LATER) return values;
  let all: Mapping = values ?? {};
  for (const parameter of parameters.items() as Field[]) {
    const path = parameter.at('name').string()?.split('.');
    const value = parameter.at('value').value;
    // More levels than any value of the charts has.
    if (path && path.length <= 8)
      all = withValue(all, path, value === 'true' ? true : value === 'false' ? false : value);
  }
  return all;
}

function withValue(values: Mapping, [key, ...rest]: readonly string[], value: unknown): Mapping {
  if (key === undefined || key === '__proto__') return values;
  return { ...values, [key]: rest.length === 0 ? value : withValue(mapping(at(values, key)), rest, value) };
}

const SOURCE_KINDS: ReadonlySet<string> = new Set(['OCIRepository', 'HelmRepository', 'HelmChart']);

function chartsOf(resources: readonly Resource[]): ReadonlyMap<string, string> {
  const charts = new Map<string, string>();
  for (const { group, kind, namespace, name, body } of resources) {
    if (group !== 'source.toolkit.fluxcd.io' || !SOURCE_KINDS.has(kind)) continue;
    const address = body
      .at('spec')
      .at(kind === 'HelmChart' ? 'chart' : 'url')
      .string();
    if (address !== undefined) charts.set(chartKey(kind, namespace ?? '', name), address);
  }
  return charts;
}

function chartKey(kind: string, namespace: string, name: string): string {
  return `${kind} ${namespace}/${name}`;
}

function ofIstiod(resource: Resource, name: string): Source[] {
  const containers = resource.body.at('spec').at('template').at('spec').at('containers').items();
  const env = containers.flatMap((c) =>
    c
      .at('env')
      .items()
      .map((e) => e.value),
  );
  const revision = env.find((e) => at(mapping(e), 'name') === 'REVISION');
  return [
    {
      name,
      field: resource.body.at('metadata').at('name'),
      revision: resource.labels.get('istio.io/rev') ?? text(at(mapping(revision), 'value')),
      nativeSidecars: nativeInEnv(env),
    },
  ];
}

// The plugin alone does not tell that the injector leaves the init container out: ambient mode needs the plugin too.
function ofCniNode(resource: Resource, name: string): Source[] {
  const containers = resource.body.at('spec').at('template').at('spec').at('containers').items();
  const env = containers.flatMap((c) => c.at('env').items());
  const isAmbient = env.some((e) => e.at('name').string() === 'AMBIENT_ENABLED' && e.at('value').text() !== 'false');
  return [{ name, field: resource.body.at('metadata').at('name'), cni: isAmbient ? LATER : true }];
}

function ofConfigMap(resource: Resource, name: string, embedded: EmbeddedTexts): Source[] {
  const data = resource.body.at('data');
  const revision = resource.labels.get('istio.io/rev');
  const read = (key: string): MaybeLater<Mapping> => {
    const value = data.at(key).value;
    return typeof value === 'string' ? textValue(embedded, value) : undefined;
  };
  // An application may have a ConfigMap whose name begins so: what is inside tells.
  const isOurs = (mappings: readonly MaybeLater<Mapping>[], plain: string, keys: readonly string[]) =>
    mappings.some((m) => m !== undefined && m !== LATER && keys.some((key) => Object.hasOwn(m, key))) ||
    (resource.name === plain && mappings.includes(LATER));
  if (/^istio-sidecar-injector(?:-|$)/.test(resource.name)) {
    const config = read('config');
    const values = read('values');
    if (
      !isOurs([config], 'istio-sidecar-injector', INJECTOR_KEYS) &&
      !isOurs([values], 'istio-sidecar-injector', VALUES_KEYS)
    )
      return [];
    return [
      {
        name,
        field: data.at('values').exists ? data.at('values') : data.at('config'),
        values,
        revision: revision ?? revisionIn(resource.name.slice('istio-sidecar-injector-'.length)),
        policy: text(at(config, 'policy')),
        never: selectors(at(config, 'neverInjectSelector')),
        always: selectors(at(config, 'alwaysInjectSelector')),
        templates: both(keysOf(at(config, 'templates')), keysOf(at(config, 'aliases'))),
      },
    ];
  }
  const mesh = /^istio(?:-|$)/.test(resource.name) ? read('mesh') : undefined;
  if (mesh === undefined || (resource.name !== 'istio' && !isOurs([mesh], 'istio', MESH_KEYS))) return [];
  return [{ name, field: data.at('mesh'), meshConfig: mesh, revision }];
}

const INJECTOR_KEYS = ['policy', 'templates', 'template', 'alwaysInjectSelector', 'neverInjectSelector'];
const VALUES_KEYS = ['global', 'sidecarInjectorWebhook', 'pilot', 'istio_cni'];
// Fields of MeshConfig that nothing but Istio has.
const MESH_KEYS = [
  'accessLogEncoding',
  'accessLogFile',
  'accessLogFormat',
  'caCertificates',
  'connectTimeout',
  'defaultConfig',
  'defaultProviders',
  'defaultServiceExportTo',
  'defaultVirtualServiceExportTo',
  'disablePolicyChecks',
  'discoverySelectors',
  'enableAutoMtls',
  'enablePrometheusMerge',
  'enableTracing',
  'extensionProviders',
  'inboundTrafficPolicy',
  'ingressControllerMode',
  'ingressService',
  'localityLbSetting',
  'meshMTLS',
  'mixerCheckServer',
  'outboundTrafficPolicy',
  'pathNormalization',
  'rootNamespace',
  'trustDomain',
  'trustDomainAliases',
];

// The charts whose values say how the injector is set up. Names of their own; the others are names that any chart may have.
const CHARTS: ReadonlySet<string> = new Set(['istiod', 'istio-discovery', 'istio-control', 'istio-operator']);

/** `chart` is its name or address, `owners` the other names that tell whether it is one of Istio's. */
function ofChart(
  chart: string,
  owners: readonly string[],
  name: string,
  field: Field,
  values: MaybeLater<Mapping>,
): Source[] {
  const short = chart.slice(chart.lastIndexOf('/') + 1);
  if (CHARTS.has(short)) return [valuesSource(name, field, values, true)];
  if (!owners.some((owner) => owner.includes('istio'))) return [];
  // The chart `base` has a value `defaultRevision` too: of the webhook that validates, not of those that inject.
  if (short === 'default') {
    const owner = revisionIn(at(values, 'revision'));
    const byDefault = flag(at(values, 'sidecarInjectorWebhook', 'enableNamespacesByDefault'));
    return [{ name, field, defaultRevision: owner, byDefault, tags: tagMap(['default'], owner) }];
  }
  if (short !== 'cni' && short !== 'istio-cni') return [];
  const isAmbient =
    at(values, 'profile') === 'ambient' ||
    [at(values, 'ambient', 'enabled'), at(values, 'cni', 'ambient', 'enabled')].includes(true);
  return [{ name, field, cni: isAmbient ? LATER : true }];
}

function ofValuesFile({ path, body }: HelmValues): Source[] {
  return [valuesSource(path, body, mapping(body.value), false)];
}

/** Whether a mapping looks like values of Istio's charts, and not of some application's. */
export function isIstioValues(value: unknown): boolean {
  const body = mapping(value);
  const { pilot, global } = body;
  return (
    isPlainMapping(body.sidecarInjectorWebhook) ||
    isPlainMapping(body.istio_cni) ||
    (isPlainMapping(body.meshConfig) && MESH_KEYS.some((key) => Object.hasOwn(mapping(body.meshConfig), key))) ||
    (isPlainMapping(pilot) && isPlainMapping(global) && GLOBAL_KEYS.some((key) => Object.hasOwn(global, key)))
  );
}

// An application may well have a service named pilot, and values named global.
const GLOBAL_KEYS = [
  'caAddress',
  'configValidation',
  'istioNamespace',
  'istiod',
  'jwtPolicy',
  'meshID',
  'meshNetworks',
  'multiCluster',
  'omitSidecarInjectorConfigMap',
  'operatorManageWebhooks',
  'pilotCertProvider',
  'proxy',
  'proxy_init',
  'remotePilotAddress',
];

/** `flat`: newer charts of istiod take what was below `pilot` at the top too. */
function valuesSource(name: string, field: Field, values: MaybeLater<Mapping>, flat: boolean): Source {
  const revision = revisionIn(at(values, 'revision'));
  return {
    name,
    field,
    values,
    meshConfig: mappingOrLater(at(values, 'meshConfig')),
    revision,
    tags: tagsIn(values, revision),
    cni:
      (flat ? flag(at(values, 'cni', 'enabled')) : undefined) ??
      flag(at(values, 'pilot', 'cni', 'enabled')) ??
      (isOpenShiftProfile(at(values, 'profile')) ? true : undefined),
    nativeSidecars: flat ? nativeOf(at(values, 'env', 'ENABLE_NATIVE_SIDECARS')) : undefined,
  };
}

/** Whether values of the charts are for OpenShift, where each namespace has users of its own. */
export function isOnOpenShift({ values }: Told): boolean {
  return at(values, 'global', 'platform') === 'openshift' || isOpenShiftProfile(at(values, 'profile'));
}

function isOpenShiftProfile(profile: unknown): boolean {
  return profile === 'openshift' || profile === 'openshift-ambient';
}

function tagsIn(values: MaybeLater<Mapping>, revision: MaybeLater<string>): ReadonlyMap<string, string> {
  const tags = at(values, 'revisionTags');
  return tagMap(
    Array.isArray(tags) ? tags.flatMap((t) => (typeof t === 'string' && !isPlaceholder(t) ? t : [])) : [],
    revision,
  );
}

// A tag of a revision that is filled in later stands for itself.
function tagMap(tags: readonly string[], revision: MaybeLater<string>): ReadonlyMap<string, string> {
  return new Map(tags.map((tag) => [tag, typeof revision === 'string' ? revision : tag]));
}

// A configuration of a tag carries the name of the tag and that of its revision.
function ofWebhooks(resource: Resource, name: string): Source[] {
  const webhooks = readWebhooks(resource).filter((w) => w.injector === 'istio');
  if (webhooks.length === 0) return [];
  const revision = resource.labels.get('istio.io/rev');
  const tag = resource.labels.get('istio.io/tag');
  const owner = webhooks.find(ownsDefault);
  const isOpen = [
    resource.labels.mayChange('istio.io/rev'),
    resource.labels.has('istio.io/rev') && revision === undefined,
  ];
  return [
    {
      name,
      field: resource.body.at('metadata').at('name'),
      revision: isOpen.includes(true) ? LATER : revision,
      tags: tag && revision ? new Map([[tag, revision]]) : undefined,
      defaultRevision: owner?.revision,
      byDefault: webhooks.some(takesAll) ? true : owner ? false : undefined,
    },
  ];
}

// Whether pods without a label, in a namespace without a label, are selected.
function takesAll(webhook: InjectorWebhook): boolean {
  return webhookSelects(webhook, NO_LABELS, NO_LABELS) === 'yes';
}

const NO_LABELS = labelsOf({});

/** A text that is YAML itself, once read; LATER where it cannot be read now. */
function textValue(embedded: EmbeddedTexts, text: string): MaybeLater<Mapping> {
  const read = embedded.get(text);
  if (read === undefined) return undefined;
  if (read.state === 'broken') return LATER;
  return read.state === 'later' && read.value === undefined ? LATER : mappingOrLater(laterIn(read.value));
}

/** The name of a revision as the charts have it: none is `default`. A number is none that anybody can read. */
function revisionIn(value: unknown): string | Later {
  if (value === undefined || value === null || value === '') return 'default';
  return typeof value === 'string' ? value : LATER;
}

/** The flag `ENABLE_NATIVE_SIDECARS` of istiod. An unknown value counts as false. Source: `pilot/pkg/features`. */
export function nativeOf(value: unknown): MaybeLater<NativeSidecars> {
  if (value === LATER) return LATER;
  if (value === undefined || value === null) return undefined;
  return value === 'auto' ? 'auto' : value === true || value === 'true';
}

function nativeInEnv(env: readonly unknown[]): MaybeLater<NativeSidecars> {
  const entry = env.find((e) => at(mapping(e), 'name') === 'ENABLE_NATIVE_SIDECARS');
  if (entry === undefined) return undefined;
  return Object.hasOwn(mapping(entry), 'valueFrom') ? LATER : nativeOf(at(mapping(entry), 'value'));
}

/** Chart value `global.jwtPolicy`. */
export function jwtPolicyOf(value: unknown): MaybeLater<'third-party-jwt' | 'first-party-jwt'> {
  return value === LATER || value === 'first-party-jwt' || value === 'third-party-jwt' ? value : undefined;
}

/** Chart value `sidecarInjectorWebhook.revisionLabelPreference`. */
export function preferenceOf(value: unknown): MaybeLater<'namespace' | 'pod'> {
  return value === LATER || value === 'namespace' || value === 'pod' ? value : undefined;
}
