import { nameOf, type Resource } from '../manifest/resource.ts';
import type { Field } from '../source/field.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import type { EmbeddedTexts } from './embedded.ts';
import {
  type InstallationSettings,
  istioAtLeast,
  type LabelSelectorSettings,
  type MeshSettings,
  type NativeSidecars,
} from './settings.ts';

/** Something that is known of the control plane, and from where. */
export interface Known<T> {
  readonly value: T;
  /** The config says it, a manifest of the control plane does, or nothing does and it is the default of the chart. */
  readonly from: 'config' | 'manifest' | 'default';
  /** False when manifests disagree about it; then `value` is the default. */
  readonly certain: boolean;
  /** What says it, for a message: "ConfigMap istio-system/istio: rootNamespace". */
  readonly source?: string;
  readonly field?: Field;
}

/**
 * How Istio is installed, as far as the config and the manifests of the control plane tell; what neither tells is the default of the charts.
 * Manifests that count: the ConfigMaps `istio` and `istio-sidecar-injector` (also of a revision), IstioOperator, HelmRelease and Application
 * of the charts of Istio, plain values files of them, the Deployment of istiod, the DaemonSet of the CNI plugin.
 */
export interface Installation {
  /** Namespace of the control plane, whose policies hold for the whole mesh. */
  readonly rootNamespace: Known<string>;
  readonly cni: Known<boolean>;
  readonly nativeSidecars: Known<NativeSidecars>;
  readonly enableNamespacesByDefault: Known<boolean>;
  /** Policy of the injector. Anything but `enabled` and `disabled` injects nothing at all. */
  readonly autoInject: Known<string>;
  readonly neverInjectSelector: Known<readonly LabelSelectorSettings[]>;
  readonly alwaysInjectSelector: Known<readonly LabelSelectorSettings[]>;
  /** Templates that the manifests or the config name beside Istio's own. */
  readonly templates: Known<readonly string[]>;
  readonly statusPort: Known<number>;
  readonly proxyUid: Known<number | 'assigned'>;
  readonly interceptionMode: Known<string>;
  readonly rewriteAppHTTPProbe: Known<boolean>;
  readonly holdApplicationUntilProxyStarts: Known<boolean>;
  readonly jwtPolicy: Known<'third-party-jwt' | 'first-party-jwt'>;
  /** Revisions that are known to be installed, tags left out. Empty when nothing tells. */
  readonly revisions: readonly Known<string>[];
  /** Tags that are known to be installed, each with the revision that it stands for. */
  readonly tags: ReadonlyMap<string, string>;
  /** The revision that owns `istio-injection=enabled`; undefined when it is known that none does. */
  readonly defaultRevision: Known<string | undefined>;
  /** What the proxies are told: `defaultConfig` of MeshConfig. */
  readonly proxyConfig: Known<Readonly<Record<string, unknown>>>;
  /** MeshConfig as a plain mapping; empty when nothing tells. */
  readonly meshConfig: Known<Readonly<Record<string, unknown>>>;
  /** Whether webhooks of the manifests decide, where there are any. */
  readonly webhooksFrom: 'from-input' | 'chart';
}

/** A plain values file of a chart, which is no Kubernetes object. */
export interface HelmValues {
  readonly path: string;
  readonly body: Field;
}

/** Reads the installation out of everything that may tell it. */
export function readInstallation(
  settings: MeshSettings,
  resources: readonly Resource[],
  embedded: EmbeddedTexts,
  helmValues: readonly HelmValues[],
): Installation {
  const sources = [...resources.flatMap((r) => sourcesOf(r, embedded)), ...helmValues.flatMap(ofValuesFile)];
  const given = settings.installation;
  const told = <T>(read: (source: Source) => T | undefined, key: string) => tellings(sources, read, key);
  const known = <K extends keyof InstallationSettings, T>(
    key: K,
    read: (source: Source) => T | undefined,
    normal: T,
  ): Known<T> => {
    const value = given[key];
    return value === undefined ? decide(told(read, key), normal) : fromConfig(value as unknown as T);
  };
  const meshConfig: Known<Mapping> = isPlainMapping(settings.meshConfig)
    ? fromConfig(settings.meshConfig as Mapping)
    : decide(
        told((s) => s.meshConfig, 'mesh'),
        {},
      );
  const proxyConfig: Known<Mapping> = isPlainMapping(settings.meshConfig)
    ? fromConfig(mapping(mapping(settings.meshConfig).defaultConfig))
    : decide(
        told(
          (s) => (isPlainMapping(s.meshConfig?.defaultConfig) ? mapping(s.meshConfig?.defaultConfig) : undefined),
          'mesh.defaultConfig',
        ),
        {},
      );
  const statusPort =
    given.statusPort === undefined && typeof proxyConfig.value.statusPort === 'number'
      ? proxyConfig.value.statusPort
      : 15020;
  return {
    rootNamespace: known(
      'rootNamespace',
      (s) => text(s.meshConfig?.rootNamespace) ?? text(at(s.values, 'global', 'istioNamespace')),
      'istio-system',
    ),
    cni: known(
      'cni',
      (s) => s.cni ?? flag(at(s.values, 'pilot', 'cni', 'enabled')) ?? flag(at(s.values, 'istio_cni', 'enabled')),
      false,
    ),
    nativeSidecars: known(
      'nativeSidecars',
      (s) => s.nativeSidecars ?? nativeOf(at(s.values, 'pilot', 'env', 'ENABLE_NATIVE_SIDECARS')),
      istioAtLeast(settings, '1.27') ? 'auto' : false,
    ),
    enableNamespacesByDefault:
      settings.enableNamespacesByDefault === undefined
        ? decide(
            told(
              (s) => s.byDefault ?? flag(at(s.values, 'sidecarInjectorWebhook', 'enableNamespacesByDefault')),
              'enableNamespacesByDefault',
            ),
            false,
          )
        : fromConfig(settings.enableNamespacesByDefault),
    autoInject: known<'autoInject', string>(
      'autoInject',
      (s) => s.policy ?? text(at(s.values, 'global', 'proxy', 'autoInject')),
      'enabled',
    ),
    neverInjectSelector: known(
      'neverInjectSelector',
      (s) => s.never ?? selectors(at(s.values, 'sidecarInjectorWebhook', 'neverInjectSelector')),
      [],
    ),
    alwaysInjectSelector: known(
      'alwaysInjectSelector',
      (s) => s.always ?? selectors(at(s.values, 'sidecarInjectorWebhook', 'alwaysInjectSelector')),
      [],
    ),
    templates: known(
      'templates',
      (s) => s.templates ?? keysOf(at(s.values, 'sidecarInjectorWebhook', 'templates')),
      [],
    ),
    statusPort: known('statusPort', (s) => whole(at(s.values, 'global', 'proxy', 'statusPort')), statusPort),
    proxyUid: known<'proxyUid', number | 'assigned'>('proxyUid', () => undefined, 1337),
    interceptionMode: known<'interceptionMode', string>(
      'interceptionMode',
      (s) => text(mapping(s.meshConfig?.defaultConfig).interceptionMode),
      'REDIRECT',
    ),
    rewriteAppHTTPProbe: known(
      'rewriteAppHTTPProbe',
      (s) => flag(at(s.values, 'sidecarInjectorWebhook', 'rewriteAppHTTPProbe')),
      istioAtLeast(settings, '1.7'),
    ),
    holdApplicationUntilProxyStarts: known(
      'holdApplicationUntilProxyStarts',
      (s) =>
        flag(mapping(s.meshConfig?.defaultConfig).holdApplicationUntilProxyStarts) ??
        flag(at(s.values, 'global', 'proxy', 'holdApplicationUntilProxyStarts')),
      false,
    ),
    jwtPolicy: known<'jwtPolicy', 'third-party-jwt' | 'first-party-jwt'>(
      'jwtPolicy',
      (s) => (at(s.values, 'global', 'jwtPolicy') === 'first-party-jwt' ? 'first-party-jwt' : undefined),
      istioAtLeast(settings, '1.6') ? 'third-party-jwt' : 'first-party-jwt',
    ),
    ...revisionsOf(settings, sources),
    proxyConfig,
    meshConfig,
    webhooksFrom: given.webhooks ?? 'from-input',
  };
}

type Mapping = Readonly<Record<string, unknown>>;

/** What one manifest of the control plane says. */
interface Source {
  readonly name: string;
  readonly field: Field;
  /** Values of the charts. */
  readonly values?: Mapping | undefined;
  readonly meshConfig?: Mapping | undefined;
  readonly revision?: string | undefined;
  readonly tags?: ReadonlyMap<string, string> | undefined;
  /** The revision that the object says owns `istio-injection=enabled`. */
  readonly defaultRevision?: string | undefined;
  readonly cni?: boolean | undefined;
  readonly nativeSidecars?: NativeSidecars | undefined;
  readonly byDefault?: boolean | undefined;
  readonly policy?: string | undefined;
  readonly never?: readonly LabelSelectorSettings[] | undefined;
  readonly always?: readonly LabelSelectorSettings[] | undefined;
  readonly templates?: readonly string[] | undefined;
}

// The charts whose values say how the injector is set up. `default` and `base` only name the default revision.
const CHARTS: ReadonlySet<string> = new Set(['istiod', 'istio-discovery', 'istio-control', 'istio-operator']);

function sourcesOf(resource: Resource, embedded: EmbeddedTexts): Source[] {
  if (resource.partial) return [];
  const name = nameOf(resource);
  switch (resource.type) {
    case 'ConfigMap':
      return ofConfigMap(resource, name, embedded);
    case 'install.istio.io/IstioOperator': {
      const spec = resource.body.at('spec');
      return [
        {
          name,
          field: spec,
          values: mapping(spec.at('values').value),
          meshConfig:
            optional(spec.at('meshConfig').value) ?? optional(at(mapping(spec.at('values').value), 'meshConfig')),
          revision: revisionText(spec.at('revision')) ?? 'default',
          cni: spec.at('components').at('cni').at('enabled').boolean(),
        },
      ];
    }
    case 'helm.toolkit.fluxcd.io/HelmRelease': {
      const spec = resource.body.at('spec');
      const chart = spec.at('chart').at('spec').at('chart').string() ?? spec.at('chartRef').at('name').string() ?? '';
      return ofChart(chart, name, spec.at('values'));
    }
    case 'argoproj.io/Application':
      return [resource.body.at('spec').at('source'), ...resource.body.at('spec').at('sources').items()].flatMap(
        (source) => ofChart(source.at('chart').string() ?? '', name, source.at('helm').at('valuesObject')),
      );
    case 'apps/Deployment': {
      if (resource.labels.get('app') !== 'istiod' && !/^istiod(?:-|$)/.test(resource.name)) return [];
      const env = resource.body
        .at('spec')
        .at('template')
        .at('spec')
        .at('containers')
        .items()
        .flatMap((c) => c.at('env').items());
      const native = env.find((e) => e.at('name').string() === 'ENABLE_NATIVE_SIDECARS');
      const revision = env.find((e) => e.at('name').string() === 'REVISION');
      return [
        {
          name,
          field: resource.body.at('metadata').at('name'),
          revision: resource.labels.get('istio.io/rev') ?? revision?.at('value').string(),
          nativeSidecars: nativeOf(native?.at('value').value),
        },
      ];
    }
    case 'apps/DaemonSet':
      return resource.name === 'istio-cni-node'
        ? [{ name, field: resource.body.at('metadata').at('name'), cni: true }]
        : [];
    case 'admissionregistration.k8s.io/MutatingWebhookConfiguration':
      return ofWebhooks(resource, name);
    default:
      return [];
  }
}

function ofConfigMap(resource: Resource, name: string, embedded: EmbeddedTexts): Source[] {
  const data = resource.body.at('data');
  const revision = resource.labels.get('istio.io/rev');
  const read = (key: string): Mapping | undefined => {
    const value = data.at(key).value;
    const text = typeof value === 'string' ? embedded.get(value) : undefined;
    return text?.state === 'read' ? optional(text.value) : undefined;
  };
  if (/^istio-sidecar-injector(?:-|$)/.test(resource.name)) {
    const config = read('config');
    return [
      {
        name,
        field: data.at('values').exists ? data.at('values') : data.at('config'),
        values: read('values'),
        revision:
          revision ??
          (resource.name === 'istio-sidecar-injector'
            ? 'default'
            : resource.name.slice('istio-sidecar-injector-'.length)),
        policy: text(config?.policy),
        never: config && selectors(config.neverInjectSelector),
        always: config && selectors(config.alwaysInjectSelector),
        templates: config && keysOf(config.templates),
      },
    ];
  }
  if (/^istio(?:-|$)/.test(resource.name) && data.at('mesh').hasValue) {
    return [{ name, field: data.at('mesh'), meshConfig: read('mesh'), revision }];
  }
  return [];
}

function ofChart(chart: string, name: string, values: Field): Source[] {
  const short = chart.slice(chart.lastIndexOf('/') + 1);
  const body = mapping(values.value);
  // The chart `base` and the chart `default` name the default revision, and nothing else of this.
  if (short === 'base' || short === 'default') {
    const owner = text(body.defaultRevision);
    return owner ? [{ name, field: values.at('defaultRevision'), defaultRevision: owner }] : [];
  }
  if (short === 'cni' || short === 'istio-cni') return [{ name, field: values, cni: true }];
  return CHARTS.has(short) ? [valuesSource(name, values)] : [];
}

function ofValuesFile({ path, body }: HelmValues): Source[] {
  return [valuesSource(path, body)];
}

/** Whether a mapping looks like values of Istio's charts, and not of some application's. */
export function isIstioValues(value: unknown): boolean {
  const body = mapping(value);
  return (
    isPlainMapping(body.sidecarInjectorWebhook) ||
    isPlainMapping(body.istio_cni) ||
    (isPlainMapping(body.pilot) && (isPlainMapping(body.meshConfig) || isPlainMapping(body.global)))
  );
}

function valuesSource(name: string, field: Field): Source {
  const values = mapping(field.value);
  const tags = Array.isArray(values.revisionTags)
    ? values.revisionTags.filter((t): t is string => typeof t === 'string')
    : [];
  const revision = text(values.revision) ?? 'default';
  return {
    name,
    field,
    values,
    meshConfig: optional(values.meshConfig),
    revision,
    tags: new Map(tags.map((tag) => [tag, revision])),
  };
}

// A configuration of a tag carries the name of the tag and that of its revision.
function ofWebhooks(resource: Resource, name: string): Source[] {
  const webhooks = resource.body.at('webhooks').items();
  const names = webhooks.map((w) => w.at('name').string() ?? '');
  if (!names.some((n) => n.endsWith('sidecar-injector.istio.io'))) return [];
  const field = resource.body.at('metadata').at('name');
  const revision = resource.labels.get('istio.io/rev');
  const tag = resource.labels.get('istio.io/tag');
  const owner = names.some((n) => n.startsWith('namespace.') || n === 'sidecar-injector.istio.io');
  return [
    {
      name,
      field,
      revision,
      tags: tag && revision ? new Map([[tag, revision]]) : undefined,
      defaultRevision: owner ? (revision ?? 'default') : undefined,
      byDefault: names.some((n) => n.startsWith('auto.')) ? true : owner && istioNames(names) ? false : undefined,
    },
  ];
}

// The names with a prefix are those of the selectors since 1.9; before, whether namespaces are taken by default stands in the selector.
function istioNames(names: readonly string[]): boolean {
  return names.some((n) => n.startsWith('namespace.'));
}

function revisionsOf(
  settings: MeshSettings,
  sources: readonly Source[],
): Pick<Installation, 'revisions' | 'tags' | 'defaultRevision'> {
  const revisions = new Map<string, Known<string>>();
  for (const value of settings.revisions) revisions.set(value, fromConfig(value));
  if (settings.defaultRevision !== undefined && settings.revisions.length === 0)
    revisions.set(settings.defaultRevision, fromConfig(settings.defaultRevision));
  for (const { revision, name, field } of sources) {
    if (revision && !revisions.has(revision))
      revisions.set(revision, { value: revision, from: 'manifest', certain: true, source: name, field });
  }
  const tags = new Map<string, string>(sources.flatMap((s) => [...(s.tags ?? [])]));
  for (const [tag, revision] of Object.entries(settings.tags)) tags.set(tag, revision);
  return { revisions: [...revisions.values()], tags, defaultRevision: ownerOf(settings, sources, revisions, tags) };
}

function ownerOf(
  settings: MeshSettings,
  sources: readonly Source[],
  revisions: ReadonlyMap<string, Known<string>>,
  tags: ReadonlyMap<string, string>,
): Known<string | undefined> {
  if (settings.defaultRevision !== undefined) return fromConfig(settings.defaultRevision);
  const tagged = tags.get('default');
  if (tagged !== undefined)
    return { value: tagged, from: settings.tags.default === undefined ? 'manifest' : 'config', certain: true };
  // Revisions that the config lists are all there are, so that without "default" among them nobody owns the old label.
  if (settings.revisions.length > 0) return fromConfig(settings.revisions.includes('default') ? 'default' : undefined);
  const told = tellings(sources, (s) => s.defaultRevision, 'the default revision');
  if (told.length > 0) return decide<string | undefined>(told, 'default');
  const only = [...revisions.values()];
  if (only.length === 0 || revisions.has('default'))
    return { value: 'default', from: only.length === 0 ? 'default' : 'manifest', certain: true };
  // Only named revisions were read: whether one of them was made the default is written in a cluster, and not here.
  return { value: 'default', from: 'default', certain: false };
}

interface Telling<T> {
  readonly value: T;
  readonly source: Source;
  readonly key: string;
}

function tellings<T>(sources: readonly Source[], read: (source: Source) => T | undefined, key: string): Telling<T>[] {
  return sources.flatMap((source) => {
    const value = read(source);
    return value === undefined ? [] : [{ value, source, key }];
  });
}

function decide<T>(told: readonly Telling<T>[], normal: T): Known<T> {
  const [first] = told;
  if (!first) return { value: normal, from: 'default', certain: true };
  const same = told.every((t) => JSON.stringify(t.value) === JSON.stringify(first.value));
  const source = `${first.source.name}: ${first.key}`;
  return same
    ? { value: first.value, from: 'manifest', certain: true, source, field: first.source.field }
    : { value: normal, from: 'default', certain: false, source, field: first.source.field };
}

function fromConfig<T>(value: T): Known<T> {
  return { value, from: 'config', certain: true };
}

function mapping(value: unknown): Mapping {
  return isPlainMapping(value) ? value : {};
}

function optional(value: unknown): Mapping | undefined {
  return isPlainMapping(value) ? value : undefined;
}

function at(values: Mapping | undefined, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isPlainMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    values,
  );
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function revisionText(field: Field): string | undefined {
  return text(field.text());
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : undefined;
}

function whole(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}

// An unknown value of the environment counts as false. Source: `pilot/pkg/features`.
function nativeOf(value: unknown): NativeSidecars | undefined {
  if (value === undefined || value === null) return undefined;
  return value === 'auto' ? 'auto' : value === true || value === 'true';
}

function keysOf(value: unknown): readonly string[] | undefined {
  return isPlainMapping(value) ? Object.keys(value) : undefined;
}

function selectors(value: unknown): readonly LabelSelectorSettings[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((item): item is LabelSelectorSettings => isPlainMapping(item));
}
