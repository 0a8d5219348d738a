import { type Field, INJECT_KEY, INJECTION_KEY, isPlaceholder, metadataMaps, type Resource } from '@meshvet/core';
import { quoteScalar, replaceScalar, type ScalarEdit } from './scalar-edit.ts';

/** A value of labels, annotations or a selector that the API server refuses because it is no string. */
export interface NonString {
  readonly field: Field;
  readonly key: string;
  readonly what: 'label' | 'annotation' | 'selector';
  /** Where, for a message: empty or " of the pod template". */
  readonly place: string;
  /** As YAML takes it: "the boolean true", "the number 1.1", "a list". */
  readonly type: string;
  /** As it is written; undefined for lists and mappings. */
  readonly written: string | undefined;
  /** What is to be written in quotes: the same, but for keys of which Istio knows two values only. */
  readonly meant: string;
  readonly edits: readonly ScalarEdit[];
}

// A hundred such values are told; each place in a mapping of thousands is found by walking through it.
const MOST = 100;

// What these tools read never reaches the API server, and they have readers of their own.
const LOCAL_GROUPS: ReadonlySet<string> = new Set(['kustomize.config.k8s.io', 'skaffold']);

const FLAT_SELECTORS: ReadonlySet<string> = new Set([
  'Service',
  'ReplicationController',
  'apps.openshift.io/DeploymentConfig',
]);
const LABEL_SELECTORS: ReadonlySet<string> = new Set([
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'batch/Job',
  'argoproj.io/Rollout',
]);

/**
 * The values of a resource that must be strings and are not, of the labels and annotations that speak to a mesh, or of all others: the API server decodes these mappings into map[string]string
 * and refuses the whole object. A key with nothing behind it becomes the empty string, which is accepted.
 */
export function nonStringValues(resource: Resource, audience: 'mesh' | 'others'): NonString[] {
  if (LOCAL_GROUPS.has(resource.group)) return [];
  const found: NonString[] = [];
  for (const { what, place, map } of metadataMaps(resource)) {
    if (!map.hasOtherThanStrings) continue;
    for (const [key, field] of map.entries()) {
      if (isMeshKey(key) === (audience === 'mesh')) push(found, field, key, what, place);
    }
  }
  if (audience === 'mesh') return found;
  for (const [key, field] of selectorOf(resource)?.entries() ?? []) push(found, field, key, 'selector', '');
  return found;
}

/** Whether a key speaks to a mesh: those of Istio's and Linkerd's domains, and `istio-injection`. */
function isMeshKey(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) return key === 'istio-injection';
  return /(?:^|\.)(?:istio|linkerd)\.io$/.test(key.slice(0, slash));
}

function push(found: NonString[], field: Field, key: string, what: NonString['what'], place: string): void {
  if (found.length === MOST) return;
  const type = typeName(field);
  if (type === undefined) return;
  const collection = typeof field.value === 'object';
  const better = betterValue(field, key);
  found.push({
    field,
    key,
    what,
    place,
    type,
    written: collection ? undefined : field.text(),
    meant: better ?? field.text() ?? '',
    edits: collection ? [] : better === undefined ? quoteScalar(field) : replaceScalar(field, better),
  });
}

// `yes` in quotes is another word to Istio than the boolean that its author wrote.
function betterValue({ value }: Field, key: string): string | undefined {
  if (typeof value !== 'boolean') return undefined;
  if (key === INJECTION_KEY) return value ? 'enabled' : 'disabled';
  return key === INJECT_KEY ? String(value) : undefined;
}

function typeName(field: Field): string | undefined {
  const { value } = field;
  if (typeof value === 'boolean') return `the boolean ${value}`;
  if (typeof value === 'number') return `the number ${value}`;
  if (field.isList) return 'a list';
  // `key: {{ x }}` is a mapping too, until a template engine fills it in.
  if (field.isMapping) return isPlaceholder(writtenText(field)) ? undefined : 'a mapping';
  return undefined;
}

function writtenText(field: Field): string {
  const span = field.fullSpan();
  return span ? field.document.source.text.slice(span.start, Math.min(span.end, span.start + 200)) : '';
}

function selectorOf(resource: Resource): Field | undefined {
  const selector = resource.body.at('spec').at('selector');
  if (FLAT_SELECTORS.has(resource.type)) return selector;
  return LABEL_SELECTORS.has(resource.type) ? selector.at('matchLabels') : undefined;
}
