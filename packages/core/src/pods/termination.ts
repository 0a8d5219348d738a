import type { Container, Workload } from '../cluster/workloads.ts';
import type { Field } from '../source/field.ts';

/** How long Kubernetes lets pods end, in seconds: 30 where nothing is written; undefined where a later step says it. */
export function graceOf({ podSpec }: Workload): number | undefined {
  const field = podSpec.at('terminationGracePeriodSeconds');
  return field.hasValue ? field.number() : 30;
}

/** How long a container sleeps in `preStop` before it gets SIGTERM, as far as it is a number in the manifest. */
export function preStopSleep({ field }: Container): { readonly seconds: number; readonly field: Field } | undefined {
  const preStop = field.at('lifecycle').at('preStop');
  const action = preStop.at('sleep').at('seconds').number();
  if (action !== undefined) return { seconds: action, field: preStop };
  const command = preStop.at('exec').at('command').items();
  const text = command
    .map((item) => (typeof item.value === 'string' ? item.value : String(item.value)))
    .join(' ')
    .slice(0, 10_000);
  const sleep = /(?:^|[\s;&/])sleep (\d{1,5})(?:s?)(?=$|[\s;&)])/.exec(text);
  return sleep ? { seconds: Number(sleep[1]), field: preStop } : undefined;
}
