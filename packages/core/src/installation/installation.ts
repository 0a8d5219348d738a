import type { Resource } from '../manifest/resource.ts';
import type { Field } from '../source/field.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import type { EmbeddedTexts } from './embedded.ts';
import {
  type HelmValues,
  installationSources,
  isOnOpenShift,
  jwtPolicyOf,
  nativeOf,
  preferenceOf,
  type Source,
  type Told,
} from './installation-sources.ts';
import {
  type InstallationSettings,
  istioAtLeast,
  type LabelSelectorSettings,
  type MeshSettings,
  type NativeSidecars,
} from './settings.ts';
import {
  at,
  flag,
  keysOf,
  LATER,
  type Later,
  type Mapping,
  type MaybeLater,
  mapping,
  mappingOrLater,
  optional,
  port,
  selectors,
  text,
} from './told.ts';

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
 * of the charts of Istio, plain values files of them, the Deployment and the Pods of istiod, the DaemonSet of the CNI plugin.
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
  /** The ranges to which calls are captured where the pods say nothing: `*` for all, or a list of CIDRs. */
  readonly includeOutboundRanges: Known<string>;
  readonly rewriteAppHTTPProbe: Known<boolean>;
  readonly holdApplicationUntilProxyStarts: Known<boolean>;
  readonly jwtPolicy: Known<'third-party-jwt' | 'first-party-jwt'>;
  /** Revisions that are known to be installed, tags left out. Empty when nothing tells. */
  readonly revisions: readonly Known<string>[];
  /** Tags that are known to be installed, each with the revision that it stands for. */
  readonly tags: ReadonlyMap<string, string>;
  /** The revision that owns `istio-injection=enabled`; undefined when it is known that none does. */
  readonly defaultRevision: Known<string | undefined>;
  /** Whose label names the revision where a namespace and a pod carry one. Chart value since 1.31; the namespace's before. */
  readonly revisionLabelPreference: Known<'namespace' | 'pod'>;
  /** What the proxies are told: `defaultConfig` of MeshConfig. */
  readonly proxyConfig: Known<Readonly<Record<string, unknown>>>;
  /** MeshConfig as a plain mapping; empty when nothing tells. */
  readonly meshConfig: Known<Readonly<Record<string, unknown>>>;
  /** Whether webhooks of the manifests decide, where there are any. */
  readonly webhooksFrom: 'from-input' | 'chart';
}

/** Reads the installation out of everything that may tell it. */
export function readInstallation(
  settings: MeshSettings,
  resources: readonly Resource[],
  embedded: EmbeddedTexts,
  helmValues: readonly HelmValues[],
): Installation {
  const sources = installationSources(resources, embedded, helmValues);
  const given = settings.installation;
  const meshOfConfig = optional(settings.meshConfig);
  const told = <T>(read: Reader<T>, key: string) => tellings(sources, read, key);
  const known = <K extends keyof InstallationSettings, T>(key: K, read: Reader<T>, normal: T): Known<T> => {
    const value = given[key];
    if (value !== undefined) return fromConfig(value as unknown as T);
    const byMesh = meshOfConfig && read({ meshConfig: meshOfConfig });
    return byMesh === undefined || byMesh === LATER ? decide(told(read, key), normal) : fromConfig(byMesh);
  };
  const inProxyConfig = (s: Told, key: string) => at(s.meshConfig, 'defaultConfig', key);
  const inValues = (s: Told, ...path: string[]) => at(s.values, ...path);
  const meshConfig: Known<Mapping> = meshOfConfig
    ? fromConfig(meshOfConfig)
    : decide(
        told((s) => s.meshConfig, 'mesh'),
        {},
      );
  const proxyConfig: Known<Mapping> = meshOfConfig
    ? fromConfig(mapping(meshOfConfig.defaultConfig))
    : decide(
        told((s) => mappingOrLater(at(s.meshConfig, 'defaultConfig')), 'mesh.defaultConfig'),
        {},
      );
  return {
    rootNamespace: known(
      'rootNamespace',
      (s) => text(at(s.meshConfig, 'rootNamespace')) ?? text(inValues(s, 'global', 'istioNamespace')),
      'istio-system',
    ),
    cni: known(
      'cni',
      (s) => s.cni ?? flag(inValues(s, 'pilot', 'cni', 'enabled')) ?? flag(inValues(s, 'istio_cni', 'enabled')),
      false,
    ),
    nativeSidecars: known(
      'nativeSidecars',
      (s) => s.nativeSidecars ?? nativeOf(inValues(s, 'pilot', 'env', 'ENABLE_NATIVE_SIDECARS')),
      istioAtLeast(settings, '1.27') ? 'auto' : false,
    ),
    enableNamespacesByDefault:
      settings.enableNamespacesByDefault === undefined
        ? decide(
            told(
              (s) => s.byDefault ?? flag(inValues(s, 'sidecarInjectorWebhook', 'enableNamespacesByDefault')),
              'enableNamespacesByDefault',
            ),
            false,
          )
        : fromConfig(settings.enableNamespacesByDefault),
    autoInject: known<'autoInject', string>(
      'autoInject',
      (s) => s.policy ?? text(inValues(s, 'global', 'proxy', 'autoInject')),
      'enabled',
    ),
    neverInjectSelector: known(
      'neverInjectSelector',
      (s) => s.never ?? selectors(inValues(s, 'sidecarInjectorWebhook', 'neverInjectSelector')),
      [],
    ),
    alwaysInjectSelector: known(
      'alwaysInjectSelector',
      (s) => s.always ?? selectors(inValues(s, 'sidecarInjectorWebhook', 'alwaysInjectSelector')),
      [],
    ),
    templates:
      given.templates === undefined
        ? together(told((s) => s.templates ?? keysOf(inValues(s, 'sidecarInjectorWebhook', 'templates')), 'templates'))
        : fromConfig(given.templates),
    statusPort: known(
      'statusPort',
      (s) => port(inValues(s, 'global', 'proxy', 'statusPort')) ?? port(inProxyConfig(s, 'statusPort')),
      15020,
    ),
    proxyUid: known<'proxyUid', number | 'assigned'>(
      'proxyUid',
      (s) => (isOnOpenShift(s) ? 'assigned' : undefined),
      1337,
    ),
    interceptionMode: known<'interceptionMode', string>(
      'interceptionMode',
      (s) => text(inProxyConfig(s, 'interceptionMode')),
      'REDIRECT',
    ),
    includeOutboundRanges: decide(
      told((s) => text(inValues(s, 'global', 'proxy', 'includeIPRanges')), 'global.proxy.includeIPRanges'),
      '*',
    ),
    rewriteAppHTTPProbe: known(
      'rewriteAppHTTPProbe',
      (s) => flag(inValues(s, 'sidecarInjectorWebhook', 'rewriteAppHTTPProbe')),
      istioAtLeast(settings, '1.7'),
    ),
    holdApplicationUntilProxyStarts: known(
      'holdApplicationUntilProxyStarts',
      (s) =>
        flag(inProxyConfig(s, 'holdApplicationUntilProxyStarts')) ??
        flag(inValues(s, 'global', 'proxy', 'holdApplicationUntilProxyStarts')),
      false,
    ),
    jwtPolicy: known<'jwtPolicy', 'third-party-jwt' | 'first-party-jwt'>(
      'jwtPolicy',
      (s) => jwtPolicyOf(inValues(s, 'global', 'jwtPolicy')),
      istioAtLeast(settings, '1.6') ? 'third-party-jwt' : 'first-party-jwt',
    ),
    ...revisionsOf(settings, sources),
    revisionLabelPreference: decide(
      told(
        (s) => preferenceOf(inValues(s, 'sidecarInjectorWebhook', 'revisionLabelPreference')),
        'revisionLabelPreference',
      ),
      'namespace',
    ),
    proxyConfig,
    meshConfig,
    webhooksFrom: given.webhooks ?? 'from-input',
  };
}

type Reader<T> = (source: Told) => MaybeLater<T>;

function revisionsOf(
  settings: MeshSettings,
  sources: readonly Source[],
): Pick<Installation, 'revisions' | 'tags' | 'defaultRevision'> {
  const revisions = new Map<string, Known<string>>();
  for (const value of settings.revisions) revisions.set(value, fromConfig(value));
  if (settings.defaultRevision !== undefined && settings.revisions.length === 0)
    revisions.set(settings.defaultRevision, fromConfig(settings.defaultRevision));
  for (const { revision, name, field } of sources) {
    if (revision && revision !== LATER && !revisions.has(revision))
      revisions.set(revision, { value: revision, from: 'manifest', certain: true, source: name, field });
  }
  const tags = new Map<string, string>(sources.flatMap((s) => [...(s.tags ?? [])]));
  for (const [tag, revision] of Object.entries(settings.tags)) tags.set(tag, revision);
  return { revisions: [...revisions.values()], tags, defaultRevision: ownerOf(settings, sources, revisions) };
}

function ownerOf(
  settings: MeshSettings,
  sources: readonly Source[],
  revisions: ReadonlyMap<string, Known<string>>,
): Known<string | undefined> {
  if (settings.defaultRevision !== undefined) return fromConfig(settings.defaultRevision);
  const tagged = Object.hasOwn(settings.tags, 'default') ? settings.tags.default : undefined;
  if (tagged !== undefined) return fromConfig(tagged);
  // Revisions that the config lists are all there are, so that without "default" among them nobody owns the old label.
  const told = tellings(sources, (s) => s.defaultRevision ?? s.tags?.get('default'), 'the default revision');
  if (settings.revisions.length > 0 && told.length === 0)
    return fromConfig(settings.revisions.includes('default') ? 'default' : undefined);
  if (told.length > 0) return decide<string | undefined>(told, 'default');
  if (revisions.has('default')) return { value: 'default', from: 'manifest', certain: true };
  // Only named revisions were read: whether one of them was made the default is written in a cluster, and not here.
  const hasOthers = revisions.size > 0 || sources.some((s) => s.revision === LATER);
  return { value: 'default', from: 'default', certain: !hasOthers };
}

interface Telling<T> {
  readonly value: T | Later;
  readonly source: Source;
  readonly key: string;
}

function tellings<T>(sources: readonly Source[], read: Reader<T>, key: string): Telling<T>[] {
  return sources.flatMap((source) => {
    const value = read(source);
    return value === undefined ? [] : [{ value, source, key }];
  });
}

function decide<T>(told: readonly Telling<T>[], normal: T): Known<T> {
  const [first] = told;
  if (!first) return { value: normal, from: 'default', certain: true };
  const place = placeOf(first);
  const { value } = first;
  return value !== LATER && told.every((t) => t.value !== LATER && isEqual(t.value, value))
    ? { value, from: 'manifest', certain: true, ...place }
    : { value: normal, from: 'default', certain: false, ...place };
}

// What one manifest adds no other takes away.
function together(told: readonly Telling<readonly string[]>[]): Known<readonly string[]> {
  const [first] = told;
  if (!first) return { value: [], from: 'default', certain: true };
  const value = [...new Set(told.flatMap((t) => (t.value === LATER ? [] : t.value)))];
  return { value, from: 'manifest', certain: told.every((t) => t.value !== LATER), ...placeOf(first) };
}

function placeOf({ source, key }: Telling<unknown>): { source: string; field: Field } {
  return { source: `${source.name}: ${key}`, field: source.field };
}

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
  if (!isPlainMapping(a) || !isPlainMapping(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
}

function fromConfig<T>(value: T): Known<T> {
  return { value, from: 'config', certain: true };
}
