import { chartWebhooks } from '../injection/injector-webhooks.ts';
import type { Requirement } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';

type Plain = Pick<Requirement, 'key' | 'operator' | 'values'>;

/** What the chart of a release writes for an entry: any of these forms of each selector. `*` stands for one value, whatever it is. */
export interface ChartEntry {
  readonly namespaceSelector: readonly (readonly Plain[])[];
  readonly objectSelector: readonly (readonly Plain[])[];
}

const INJECTION = 'istio-injection';
const REVISION = 'istio.io/rev';
const INJECT = 'sidecar.istio.io/inject';

const isIn = (key: string, ...values: string[]): Plain => ({ key, operator: 'In', values });
const notIn = (key: string, ...values: string[]): Plain => ({ key, operator: 'NotIn', values });
const absent = (key: string): Plain => ({ key, operator: 'DoesNotExist', values: [] });

const NOT_REFUSED = [notIn(INJECT, 'false')];

// The single entry of the first releases: for labelled namespaces, for all but the refused ones, and (1.6) for a revision.
const LEGACY: ChartEntry = {
  namespaceSelector: [
    [isIn(INJECTION, 'enabled')],
    [isIn(REVISION, '*'), absent(INJECTION)],
    [notIn(INJECTION, 'disabled')],
    [notIn(INJECTION, 'disabled'), notIn('name', '*')],
    [notIn(INJECTION, 'disabled'), notIn('name', '*'), absent('istio-env')],
    [notIn(INJECTION, 'disabled'), notIn('name', '*'), absent('istio-env'), absent(REVISION)],
  ],
  objectSelector: [[], NOT_REFUSED, [isIn(INJECT, 'true')], [absent(INJECT), isIn(REVISION, '*')]],
};

/**
 * The selectors that the charts write for an entry; undefined for a name that they do not have. Sources: `mutatingwebhook.yaml` and
 * `revision-tags.yaml` of the chart istio-discovery by release: five entries since 1.10 (1.9 knew them as an option), the single entry until 1.10.
 */
export function chartEntry(name: string, mesh: Mesh): ChartEntry | undefined {
  if (name === 'sidecar-injector.istio.io') return mesh.istioAtLeast('1.11') ? undefined : LEGACY;
  return mesh.istioAtLeast('1.9') ? mesh.derive(currentEntries).get(name) : undefined;
}

// The second form of the first two entries is that of `revisionLabelPreference: pod`.
function currentEntries(mesh: Mesh): ReadonlyMap<string, ChartEntry> {
  const settings = mesh.istioAtLeast('1.10') ? mesh.settings : { ...mesh.settings, istioVersion: [1, 10] as const };
  const forms = [false, true].map((podFirst) =>
    chartWebhooks('*', { isDefault: true, byDefault: 'yes', podFirst }, settings),
  );
  const entries = new Map<string, ChartEntry>();
  for (const { name, namespaceSelector = [], objectSelector = [] } of forms.flat()) {
    const before = entries.get(name);
    entries.set(name, {
      namespaceSelector: [...(before?.namespaceSelector ?? []), namespaceSelector],
      objectSelector: [...(before?.objectSelector ?? []), objectSelector],
    });
  }
  return entries;
}

/** Whether requirements say the same as those of a chart, in whatever order. */
export function sameAsChart(requirements: readonly Plain[], chart: readonly Plain[]): boolean {
  if (new Set(requirements.map((r) => textOf(r))).size !== chart.length) return false;
  return chart.every((wanted) => requirements.some((written) => textOf(written, wanted) === textOf(wanted)));
}

function textOf({ key, operator, values }: Plain, wanted?: Plain): string {
  const any = wanted?.values[0] === '*' && values.length === 1;
  return JSON.stringify([key, operator, ...(any ? ['*'] : [...new Set(values)].sort())]);
}
