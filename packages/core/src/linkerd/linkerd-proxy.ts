import type { Workload } from '../cluster/workloads.ts';
import { kubernetesAtLeast } from '../installation/settings.ts';
import { atLeast } from '../installation/version.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import type { Field } from '../source/field.ts';

/** Whether the pods of a workload get Linkerd's proxy, or carry it in the manifest. */
export function hasLinkerd(mesh: Mesh, workload: Workload): Answer {
  if (writtenLinkerdProxy(workload)) return 'yes';
  const { outcome } = mesh.admission(workload).linkerd;
  return outcome === 'injected' ? 'yes' : outcome === 'unknown' ? 'unknown' : 'no';
}

/** A setting of Linkerd's proxy that an annotation gives. */
export interface LinkerdSetting {
  readonly value: string;
  readonly field: Field;
  readonly of: 'pod' | 'namespace';
}

/** The value of an annotation of Linkerd's proxy: that of the pod, else that of its namespace. undefined where none is known. */
export function linkerdSetting(
  mesh: Mesh,
  { podAnnotations, resource }: Workload,
  key: string,
): LinkerdSetting | undefined {
  const own = podAnnotations.get(key);
  if (podAnnotations.has(key))
    return own === undefined ? undefined : { value: own, field: podAnnotations.at(key), of: 'pod' };
  const namespaces = namespacesOf(mesh, resource) ?? [];
  const [first] = namespaces;
  const value = first?.resource.annotations.get(key);
  if (!first || value === undefined || namespaces.some((n) => n.resource.annotations.get(key) !== value))
    return undefined;
  return { value, field: first.resource.annotations.at(key), of: 'namespace' };
}

/** The form of Linkerd's proxy, and what decided it. */
export interface LinkerdForm {
  readonly form: 'classic' | 'native';
  readonly reason: string;
}

// The first that is written wins.
const NATIVE_KEYS = [
  { key: 'config.linkerd.io/proxy-enable-native-sidecar', since: '2.20', inherited: true },
  { key: 'config.beta.linkerd.io/proxy-enable-native-sidecar', since: '2.19', inherited: false },
  { key: 'config.alpha.linkerd.io/proxy-enable-native-sidecar', since: '2.15', inherited: true },
] as const;

/**
 * The form of Linkerd's proxy in the pods of a workload. The annotation was alpha from 2.15 and beta from 2.19 on, native is the default of the
 * chart since 2.20; of several the stable one wins, and the beta one is not taken from the namespace.
 */
export function linkerdForm(mesh: Mesh, workload: Workload): LinkerdForm {
  const written = writtenLinkerdProxy(workload);
  if (written)
    return { form: written.init && written.native ? 'native' : 'classic', reason: 'the manifest carries the proxy so' };
  const version = mesh.settings.linkerdVersion;
  for (const { key, since, inherited } of NATIVE_KEYS) {
    const setting = atLeast(version, since) ? linkerdSetting(mesh, workload, key) : undefined;
    if (!setting || (setting.of === 'namespace' && !inherited)) continue;
    const on = /^(?:1|t|true)$/i.test(setting.value);
    if (!on && !/^(?:0|f|false)$/i.test(setting.value)) continue;
    return { form: on ? 'native' : 'classic', reason: `annotation ${key} is ${setting.value}` };
  }
  if (!atLeast(version, '2.20'))
    return { form: 'classic', reason: `native is not the default of Linkerd ${version.join('.')}` };
  return kubernetesAtLeast(mesh.settings, '1.29')
    ? { form: 'native', reason: 'native is the default since Linkerd 2.20' }
    : { form: 'classic', reason: 'Kubernetes before 1.29 has no native sidecars' };
}

/** Linkerd's proxy where it stands in the manifest. */
export function writtenLinkerdProxy(workload: Workload) {
  return workload.containers.find((c) => c.name === 'linkerd-proxy' && c.image !== '' && (!c.init || c.native));
}
