import type { Container, Field, Mesh, Resource, Workload } from '@meshvet/core';
import { isPatchedAnywhere } from './patched.ts';

/** Pods that are meant to end by themselves. */
export interface RunToCompletion {
  /** `restartPolicy`, or the pod spec where it is not written. */
  readonly field: Field;
  /** "the Job", "the runs of the CronJob", "the pods": what never completes, with the verb. */
  readonly never: string;
  /** When Kubernetes ends them as failed, in seconds. */
  readonly deadline: { readonly seconds: number; readonly field: Field } | undefined;
}

/** How the pods of a workload are meant to end; undefined for those that run for ever. */
export function runToCompletion(workload: Workload): RunToCompletion | undefined {
  const { resource, podSpec } = workload;
  const field = podSpec.at('restartPolicy');
  const policy = field.text();
  const deadline = deadlineOf(workload);
  if (resource.type === 'batch/Job') return { field, never: 'the Job never completes', deadline };
  if (resource.type === 'batch/CronJob') return { field, never: 'the Jobs of the CronJob never complete', deadline };
  if (policy !== 'Never' && policy !== 'OnFailure') return undefined;
  if (isPatchedAnywhere(resource, 'restartPolicy')) return undefined;
  return { field, never: `the pod never completes, which restartPolicy ${policy} asks for`, deadline };
}

function deadlineOf({ resource, podSpec }: Workload): RunToCompletion['deadline'] {
  const spec = resource.body.at('spec');
  const ofJob = resource.type === 'batch/CronJob' ? spec.at('jobTemplate').at('spec') : spec;
  const fields = resource.type === 'Pod' ? [podSpec] : [ofJob, podSpec];
  for (const field of fields.map((f) => f.at('activeDeadlineSeconds'))) {
    const seconds = field.number();
    if (seconds !== undefined) return { seconds, field };
  }
  return undefined;
}

// Longer than any script in a manifest; a hostile file holds megabytes.
const LONGEST = 100_000;

/** The words that some containers run: command and arguments; with `all` also hooks and values of the environment. */
export function wordsOf(containers: readonly Container[], all = true): string {
  const parts: unknown[] = [];
  for (const { field } of containers) {
    const lists = [field.at('command'), field.at('args')];
    if (all) {
      for (const hook of ['postStart', 'preStop']) lists.push(field.at('lifecycle').at(hook).at('exec').at('command'));
      for (const entry of field.at('env').items()) parts.push(entry.at('name').value, entry.at('value').value);
    }
    for (const list of lists) for (const item of list.items()) parts.push(item.value);
  }
  return parts
    .filter((part) => typeof part === 'string')
    .join('\n')
    .slice(0, LONGEST);
}

/** Whether the words of a workload, or of a ConfigMap that it mounts, hold one of some texts. */
export function speaksOf(mesh: Mesh, workload: Workload, texts: readonly string[]): boolean {
  const words = `${workload.containers.map((c) => c.image).join('\n')}\n${wordsOf(workload.containers)}`;
  if (texts.some((text) => words.includes(text))) return true;
  const configMaps = mesh.derive(configMapsByName);
  return configMapNames(workload).some((name) =>
    (configMaps.get(`${workload.resource.namespace}/${name}`) ?? []).some((configMap) => holds(configMap, texts)),
  );
}

function configMapNames({ podSpec }: Workload): string[] {
  return podSpec
    .at('volumes')
    .items()
    .slice(0, 100)
    .map((volume) => volume.at('configMap').at('name').string() ?? '')
    .filter((name) => name !== '');
}

function configMapsByName(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const byName = new Map<string, Resource[]>();
  for (const resource of mesh.ofType('ConfigMap')) {
    const key = `${resource.namespace}/${resource.name}`;
    const list = byName.get(key);
    if (list) list.push(resource);
    else byName.set(key, [resource]);
  }
  return byName;
}

function holds(configMap: Resource, texts: readonly string[]): boolean {
  const data = configMap.body.at('data').value;
  if (typeof data !== 'object' || data === null) return false;
  return Object.values(data).some(
    (value) => typeof value === 'string' && texts.some((text) => value.slice(0, LONGEST).includes(text)),
  );
}
