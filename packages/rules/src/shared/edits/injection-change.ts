import {
  type Fact,
  INJECT_KEY,
  type InjectionChange,
  isSettled,
  type LabelChange,
  type Mesh,
  namespacesOf,
  ownsByWrittenSelector,
  type Related,
  type ReportOptions,
  type Workload,
} from '@meshvet/core';
import { deleteEntry, insertString } from './mapping-edit.ts';
import { replaceString, type ScalarEdit } from './scalar-edit.ts';

/** What decided, as related places: facts that are written somewhere. */
export function factsAsRelated(facts: readonly Fact[]): Related[] {
  return facts.flatMap(({ text, field }) => (field?.exists ? [{ at: field, note: text }] : []));
}

/** The smallest change that turns the answer of the injector, as the fix of a finding, with its edits where it is one label. */
export function changeAsFix(
  mesh: Mesh,
  workload: Workload,
  change: InjectionChange | undefined,
): Pick<ReportOptions, 'fix' | 'suggested' | 'editsIn'> {
  if (!change) return {};
  const [only, ...more] = change.labels;
  const made = only && more.length === 0 ? editsOf(mesh, workload, only) : undefined;
  return { fix: asSentence(change.text), ...made };
}

/** An order without a capital and a full stop as a sentence. */
export function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Whether a change is no other than to give the pods the label that asks for a sidecar. */
export function asksByLabel(change: InjectionChange | undefined): boolean {
  const [only, ...more] = change?.labels ?? [];
  return more.length === 0 && only?.on === 'pods' && only.kind === 'label' && only.key === INJECT_KEY;
}

function editsOf(
  mesh: Mesh,
  workload: Workload,
  change: LabelChange,
): Pick<ReportOptions, 'suggested' | 'editsIn'> | undefined {
  const place = placeOf(mesh, workload, change);
  if (!place) return undefined;
  const { labels } = place;
  const { key, value } = change;
  let suggested: ScalarEdit[];
  if (value === undefined) suggested = deleteEntry(labels.at(key));
  else suggested = labels.has(key) ? replaceString(labels.at(key), value) : insertString(labels.field, key, value);
  return suggested.length === 0 ? undefined : { suggested, editsIn: labels.field.document.source };
}

function placeOf(mesh: Mesh, workload: Workload, { on, kind }: LabelChange) {
  if (on === 'pods') {
    if (!isSettled(workload.resource) || !ownsByWrittenSelector(workload)) return undefined;
    return { labels: kind === 'label' ? workload.podLabels : workload.podAnnotations };
  }
  const [namespace, ...others] = namespacesOf(mesh, workload.resource) ?? [];
  if (!namespace || others.length > 0 || !isSettled(namespace.resource)) return undefined;
  return { labels: kind === 'label' ? namespace.resource.labels : namespace.resource.annotations };
}
