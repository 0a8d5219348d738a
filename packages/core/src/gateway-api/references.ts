import type { Field } from '../source/field.ts';
import { MOST_BACKENDS } from './limits.ts';

/** API group of the Gateway API. */
export const GATEWAY_API_GROUP = 'gateway.networking.k8s.io';

/** The kinds that a route attaches to. Others belong to other controllers. */
export type ParentKind = 'Gateway' | 'ListenerSet' | 'Service' | 'ServiceEntry';

/** What a route attaches to, as written. */
export interface ParentReference {
  readonly kind: ParentKind;
  readonly namespace: string;
  readonly name: string;
  readonly field: Field;
  readonly nameField: Field;
  readonly sectionName: string | undefined;
  readonly sectionField: Field;
  readonly port: number | undefined;
  readonly portField: Field;
}

/** What a route sends to, as written: a Service, or a host of a ServiceEntry under kind `Hostname` of Istio. */
export interface BackendReference {
  readonly kind: 'Service' | 'Hostname';
  readonly namespace: string;
  readonly name: string;
  readonly field: Field;
  readonly nameField: Field;
  readonly port: number | undefined;
  readonly portField: Field;
  readonly isMirror: boolean;
}

/** Groups and kinds that routes name as a parent. */
const PARENT_KINDS: Readonly<Record<string, ParentKind>> = {
  [`${GATEWAY_API_GROUP}/Gateway`]: 'Gateway',
  [`${GATEWAY_API_GROUP}/ListenerSet`]: 'ListenerSet',
  'gateway.networking.x-k8s.io/XListenerSet': 'ListenerSet',
  '/Service': 'Service',
  'networking.istio.io/ServiceEntry': 'ServiceEntry',
};

/** The group of a reference; the one of core is written as nothing, and by some as `core`. */
export function groupOf(field: Field, byDefault: string): string | undefined {
  const group = field.at('group');
  if (!group.exists) return byDefault;
  const text = group.value === null ? '' : group.string();
  return text === 'core' ? '' : text;
}

function namespaceOf(field: Field, own: string): string | undefined {
  const namespace = field.at('namespace');
  return namespace.hasValue && namespace.value !== '' ? namespace.string() : own;
}

/** The parent that an entry of parentRefs means, from the namespace of the route; undefined for the kinds of others, and where some of it is filled in later. */
export function readParent(field: Field, own: string): ParentReference | undefined {
  const kindField = field.at('kind');
  const group = groupOf(field, GATEWAY_API_GROUP);
  const key = `${group}/${kindField.hasValue ? kindField.string() : 'Gateway'}`;
  const kind = Object.hasOwn(PARENT_KINDS, key) ? PARENT_KINDS[key] : undefined;
  const namespace = namespaceOf(field, own);
  const name = field.at('name').string();
  if (kind === undefined || namespace === undefined || !name) return undefined;
  return {
    kind,
    namespace,
    name,
    field,
    nameField: field.at('name'),
    sectionName: field.at('sectionName').string(),
    sectionField: field.at('sectionName'),
    port: field.at('port').number(),
    portField: field.at('port'),
  };
}

/** The backends of the rules of a route, and the mirrors among their filters. */
export function readBackends(spec: Field, own: string): readonly BackendReference[] {
  const backends: BackendReference[] = [];
  const take = (field: Field, isMirror: boolean) => {
    const backend = backends.length < MOST_BACKENDS ? readBackend(field, own, isMirror) : undefined;
    if (backend) backends.push(backend);
  };
  const takeMirrors = (holder: Field) => {
    for (const filter of holder.at('filters').items() as Field[]) {
      const mirror = filter.at('requestMirror').at('backendRef');
      if (mirror.isMapping) take(mirror, true);
    }
  };
  for (const rule of spec.at('rules').items() as Field[]) {
    takeMirrors(rule);
    for (const field of rule.at('backendRefs').items() as Field[]) {
      take(field, false);
      takeMirrors(field);
    }
  }
  return backends;
}

/** What an entry of backendRefs means, from the namespace of the route; undefined for the kinds of others, and where some of it is filled in later. */
export function readBackend(field: Field, own: string, isMirror: boolean): BackendReference | undefined {
  const group = groupOf(field, '');
  const written = field.at('kind').hasValue ? field.at('kind').string() : 'Service';
  const kind =
    group === '' && written === 'Service'
      ? written
      : group === 'networking.istio.io' && written === 'Hostname'
        ? written
        : undefined;
  const namespace = namespaceOf(field, own);
  const name = field.at('name').string();
  if (kind === undefined || namespace === undefined || !name) return undefined;
  const portField = field.at('port');
  return { kind, namespace, name, field, nameField: field.at('name'), port: portField.number(), portField, isMirror };
}
