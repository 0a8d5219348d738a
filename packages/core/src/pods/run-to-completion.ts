import type { Container, Workload } from '../cluster/workloads.ts';
import { isPatchedAnywhere } from '../manifest/patched.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';

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

/**
 * Words by which the work ends the proxy itself. Istio: a request to the agent or to Envoy, scuttle, envoy-preflight and kubexit around the
 * work. Linkerd: a request to the proxy, linkerd-await around the work.
 */
export const ENDING_WORDS = {
  istio: [
    'quitquitquit',
    'scuttle',
    'SCUTTLE',
    'ISTIO_QUIT_API',
    'NEVER_KILL_ISTIO',
    'envoy-preflight',
    'kubexit',
    'KUBEXIT',
  ],
  linkerd: ['4191/shutdown', 'linkerd-await', 'linkerd-shutdown'],
  /** In a shared process namespace. */
  signal: ['pkill', 'killall'],
} as const;

type Ending = keyof typeof ENDING_WORDS;

/** How the work seems to end a proxy: by what its containers run, or by a ConfigMap that they mount. */
export function endingsOf(mesh: Mesh, workload: Workload): ReadonlySet<Ending> {
  const images = workload.containers.map((c) => c.image).join('\n');
  const endings = new Set(endingsIn(`${images}\n${wordsOf(workload.containers)}`));
  const ofConfigMaps = mesh.derive(endingsOfConfigMaps);
  if (ofConfigMaps.size === 0) return endings;
  for (const volume of workload.podSpec.at('volumes').items()) {
    const name = volume.at('configMap').at('name').string();
    for (const ending of ofConfigMaps.get(`${workload.resource.namespace}/${name}`) ?? []) endings.add(ending);
  }
  return endings;
}

function endingsIn(text: string): Ending[] {
  return (Object.keys(ENDING_WORDS) as Ending[]).filter((key) => ENDING_WORDS[key].some((word) => text.includes(word)));
}

// Each ConfigMap is searched once, however many workloads mount it.
function endingsOfConfigMaps(mesh: Mesh): ReadonlyMap<string, ReadonlySet<Ending>> {
  const byName = new Map<string, Set<Ending>>();
  for (const { namespace, name, body } of mesh.ofType('ConfigMap')) {
    for (const [, field] of body.at('data').entries()) {
      const endings = typeof field.value === 'string' ? endingsIn(field.value) : [];
      if (endings.length === 0) continue;
      const key = `${namespace}/${name}`;
      byName.set(key, new Set([...(byName.get(key) ?? []), ...endings]));
    }
  }
  return byName;
}
