import type { Resource } from '../manifest/resource.ts';
import type { Field } from '../source/field.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';

const LONGEST_NAME = 120;

/**
 * The path of a field as a JSON pointer, with `[name]` in place of an index: what a list is sorted by, or what is put in
 * before an item, does not change it. Begins at the resource where the field is inside of it, so that taking a resource
 * out of a `List` changes nothing either. Items without a name are all `[*]`.
 */
export function fieldPath(field: Field, resource: Resource | undefined): string {
  const body = resource?.document === field.document ? resource.body.pointer : '';
  const segments: string[] = [];
  for (let at = field; at.parent && !(at.value === resource?.body.value && at.pointer === body); at = at.parent) {
    const name = at.parent.isList ? `[${nameOfItem(at.value, at.parent.key)}]` : String(at.key);
    segments.push(name.replaceAll('~', '~0').replaceAll('/', '~1'));
  }
  return segments
    .reverse()
    .map((segment) => `/${segment}`)
    .join('');
}

/** What an item is called in its list: what Kubernetes merges such lists by, where that is written. */
function nameOfItem(item: unknown, list: string | number | undefined): string {
  if (!isPlainMapping(item)) return scalar(item) ?? '*';
  const port = portOf(item);
  // The name of a port is what is wrong with it more often than its number, and a Service is merged by the number.
  if (list === 'ports' && port !== undefined) return port;
  const called = scalar(own(item, 'name')) ?? scalar(own(item, 'key')) ?? scalar(own(item, 'host'));
  if (called !== undefined) return called;
  const metadata = own(item, 'metadata');
  if (isPlainMapping(metadata)) return `${scalar(own(item, 'kind')) ?? ''} ${scalar(own(metadata, 'name')) ?? '*'}`;
  const destination = own(item, 'destination');
  if (isPlainMapping(destination)) return scalar(own(destination, 'host')) ?? '*';
  return port ?? '*';
}

/** A port by its number, `53/UDP`: of a Service, of a container, of a ServiceEntry, or of a server of a Gateway. */
function portOf(item: Record<string, unknown>): string | undefined {
  const port = own(item, 'port');
  if (isPlainMapping(port)) return portOf(port);
  const written = scalar(port) ?? scalar(own(item, 'containerPort')) ?? scalar(own(item, 'number'));
  return written === undefined || own(item, 'protocol') !== 'UDP' ? written : `${written}/UDP`;
}

function scalar(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST_NAME) : undefined;
}

/** What the mapping itself says: `constructor` and the like are inherited by all. */
function own(item: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(item, key) ? item[key] : undefined;
}
