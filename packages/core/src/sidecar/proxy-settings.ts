import { durationNanoseconds, SECOND } from '../cluster/durations.ts';
import type { Workload } from '../cluster/workloads.ts';
import { PROXY_CONFIG_KEY } from '../installation/embedded.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** What the proxy of some pods is told, and whether all of it could be read. */
export interface PodProxyConfig {
  /** The pods' own annotation; empty where there is none. Read since 1.6. */
  readonly own: Mapping;
  /** Whether the annotation holds what nobody can read: a later step fills it in, or it is no YAML. */
  readonly unreadable: boolean;
}

/** ProxyConfig of the annotation of some pods. */
export function podProxyConfig(mesh: Mesh, { podAnnotations }: Workload): PodProxyConfig {
  if (!podAnnotations.has(PROXY_CONFIG_KEY) || !mesh.istioAtLeast('1.6'))
    return { own: {}, unreadable: podAnnotations.mayChange(PROXY_CONFIG_KEY) };
  const raw = podAnnotations.at(PROXY_CONFIG_KEY).value;
  const text = typeof raw === 'string' ? mesh.embedded(raw) : undefined;
  if (text?.state !== 'read' || podAnnotations.mayChange(PROXY_CONFIG_KEY)) return { own: {}, unreadable: true };
  return { own: mappingOf(text.value), unreadable: false };
}

/** A setting of ProxyConfig: that of the pods, else that of the mesh; undefined where neither says it. */
export function proxySetting(mesh: Mesh, workload: Workload, key: string): unknown {
  const { own } = podProxyConfig(mesh, workload);
  return proxyField(own, key) ?? proxyField(mesh.installation.proxyConfig.value, key);
}

/** An entry of `proxyMetadata`, as text: the environment of the proxy. */
export function proxyMetadata(mesh: Mesh, workload: Workload, key: string): string | undefined {
  return metadataText(podProxyConfig(mesh, workload).own, key) ?? meshProxyMetadata(mesh, key);
}

/** An entry of `proxyMetadata` that holds for the whole mesh, as text. */
export function meshProxyMetadata(mesh: Mesh, key: string): string | undefined {
  return metadataText(mesh.installation.proxyConfig.value, key);
}

function metadataText(config: Mapping, key: string): string | undefined {
  const value = valueAt(mappingOf(proxyField(config, 'proxyMetadata')), key);
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
    ? String(value)
    : undefined;
}

/** A duration of Go in seconds: `45s`, `1m30s`, `1.5h`; undefined for anything else. */
export function secondsOf(value: unknown): number | undefined {
  const nanoseconds = typeof value === 'string' ? durationNanoseconds(value) : undefined;
  return nanoseconds === undefined || nanoseconds < 0 ? undefined : nanoseconds / SECOND;
}

function valueAt(mapping: Mapping, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

/** A field of ProxyConfig as JSON or as the protocol buffer names it: `statusPort`, `status_port`. */
export function proxyField(config: Mapping, name: string): unknown {
  return (
    valueAt(config, name) ??
    valueAt(
      config,
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    )
  );
}

function mappingOf(value: unknown): Mapping {
  return isPlainMapping(value) ? value : {};
}
