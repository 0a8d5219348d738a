import type { Resource } from '../manifest/resource.ts';
import type { OverrideConfig } from './config.ts';
import { matchAny, tidyPath } from './glob.ts';

/** What an entry of `overrides` is asked about: where a finding is, and the resource that it is about. */
export interface FindingPlace {
  /** Relative to the config file, with `/`. */
  readonly file: string;
  readonly resource: Resource | undefined;
}

/** Whether all conditions of an entry hold. Those about a resource never hold for a finding that is about none. */
export function overrideMatcher(entry: OverrideConfig): (place: FindingPlace) => boolean {
  const { kinds } = entry;
  const file = entry.files && fileMatcher(entry.files);
  const namespace = entry.namespaces && matchAny(entry.namespaces);
  const name = entry.names && matchAny(entry.names);
  const labels = entry.labels && Object.entries(entry.labels).map(([key, glob]) => ({ key, fits: valueMatcher(glob) }));
  return (place) => {
    if (file && !file(place.file)) return false;
    if (!kinds && !namespace && !name && !labels) return true;
    const { resource } = place;
    if (!resource) return false;
    if (kinds && !kinds.includes(resource.kind) && !kinds.includes(resource.type)) return false;
    if (namespace && !namespace(namespaceOf(resource))) return false;
    if (name && !name(resource.name)) return false;
    return !labels || labels.every(({ key, fits }) => fits(resource.labels.get(key)));
  };
}

/** Whether a file meets the condition `files` of an entry; so does any where there is none. */
export function overridesFile(entry: OverrideConfig, file: string): boolean {
  return !entry.files || fileMatcher(entry.files)(file);
}

/** As `ignore` reads its globs: what matches a folder matches all below it. */
function fileMatcher(globs: readonly string[]): (path: string) => boolean {
  const tidy = globs.map((glob) => tidyPath(glob) || '**');
  const matches = matchAny(tidy.flatMap((glob) => [glob, `${glob}/**`]));
  return (path) => matches(tidyPath(path));
}

/** `*` is any value, also the empty one: a label may be there for its key alone. */
function valueMatcher(glob: string): (value: string | undefined) => boolean {
  if (glob === '*') return (value) => value !== undefined;
  if (glob === '') return (value) => value === '';
  const matches = matchAny([glob]);
  return (value) => value !== undefined && matches(value);
}

/** The namespace a resource is in; a Namespace belongs to itself. */
function namespaceOf({ type, name, namespace }: Resource): string {
  return type === 'Namespace' ? name : (namespace ?? '');
}
