import type { Installation } from '../installation/installation.ts';
import { istioAtLeast, type MeshSettings } from '../installation/settings.ts';
import {
  both,
  INJECTOR_SUFFIX,
  type InjectorWebhook,
  ownsDefault,
  readWebhooks,
} from '../installation/webhook-entries.ts';
import type { LabelSet } from '../manifest/label-set.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import { type Condition, meets } from '../manifest/selectors.ts';
import { addTo } from '../source/grouping.ts';

/**
 * The entries of one revision (or tag) as the charts of a release make them. Source: `mutatingwebhook.yaml` and `revision-tags-mwc.yaml` of the
 * istio-discovery chart by tag: one namespace selector to 1.8, with the pod label "false" in 1.9, five entries since 1.10.
 */
export function chartWebhooks(
  revision: string,
  options: {
    readonly isDefault: boolean;
    readonly byDefault: Answer;
    readonly active?: Answer;
    readonly note?: string;
    /** The revision that a pod names counts for more than that of its namespace. */
    readonly podFirst?: boolean;
  },
  settings: MeshSettings,
): InjectorWebhook[] {
  const { isDefault, byDefault, active = 'yes', note = 'as the chart of the release makes it', podFirst } = options;
  const configuration = revision === 'default' ? 'istio-sidecar-injector' : `istio-sidecar-injector-${revision}`;
  const entry = (
    prefix: string,
    namespaceSelector: Condition[],
    objectSelector: Condition[],
    on: Answer = active,
  ): InjectorWebhook => ({
    configuration,
    name: `${prefix}${INJECTOR_SUFFIX}`,
    injector: 'istio',
    revision,
    namespaceSelector,
    objectSelector,
    active: on,
    note,
  });
  const notRefused = isNot('sidecar.istio.io/inject', 'false');
  if (!istioAtLeast(settings, '1.10')) {
    const pods = istioAtLeast(settings, '1.9') ? [notRefused] : [];
    const own: InjectorWebhook[] = [];
    if (isDefault && byDefault !== 'yes') own.push(entry('', [is('istio-injection', 'enabled')], pods));
    if (isDefault && byDefault !== 'no')
      own.push(entry('', byDefaultSelector(settings), pods, both(active, byDefault)));
    // The unnamed revision had no label of its own then.
    if (revision !== 'default' && istioAtLeast(settings, '1.6'))
      own.push(entry('', [is('istio.io/rev', revision), absent('istio-injection')], pods));
    return own;
  }
  const unlabelled = [absent('istio.io/rev'), absent('istio-injection')];
  const byNamespace = podFirst ? [notRefused, absent('istio.io/rev')] : [notRefused];
  const byPod = podFirst ? [absent('istio-injection')] : unlabelled;
  const entries = [
    entry('rev.namespace.', [is('istio.io/rev', revision), absent('istio-injection')], byNamespace),
    entry('rev.object.', byPod, [notRefused, is('istio.io/rev', revision)]),
  ];
  if (!isDefault) return entries;
  entries.push(entry('namespace.', [is('istio-injection', 'enabled')], [notRefused]));
  entries.push(entry('object.', unlabelled, [is('sidecar.istio.io/inject', 'true'), absent('istio.io/rev')]));
  if (byDefault !== 'no') {
    const system: Condition[] = istioAtLeast(settings, '1.16')
      ? [
          {
            key: 'kubernetes.io/metadata.name',
            operator: 'NotIn',
            values: ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'],
          },
        ]
      : [];
    const silent = [absent('sidecar.istio.io/inject'), absent('istio.io/rev')];
    entries.push(entry('auto.', [...unlabelled, ...system], silent, both(active, byDefault)));
  }
  return entries;
}

function byDefaultSelector(settings: MeshSettings): Condition[] {
  const notDisabled = isNot('istio-injection', 'disabled');
  const outside = istioAtLeast(settings, '1.2') ? [isNot('name', 'istio-system')] : [];
  const unrevised = istioAtLeast(settings, '1.6') ? [absent('istio-env'), absent('istio.io/rev')] : [];
  return [...outside, notDisabled, ...unrevised];
}

/**
 * Every entry that has pods injected by Istio, or may: those of the input, and those that the charts would make for what is installed.
 * Manifests of webhooks tell what they tell; a revision that none of them owns may be installed all the same, unless everything is known.
 */
export function installedWebhooks(
  settings: MeshSettings,
  installation: Installation,
  resources: readonly Resource[],
): InjectorWebhook[] {
  const written = installation.webhooksFrom === 'chart' ? [] : writtenWebhooks('istio', resources);
  const { enableNamespacesByDefault: auto, defaultRevision } = installation;
  const byDefault: Answer = !auto.certain ? 'unknown' : auto.value ? 'yes' : 'no';
  const owner = defaultRevision.value;
  const podFirst = installation.revisionLabelPreference.value === 'pod';
  const entries = [...written];
  if (owner !== undefined && (written.length === 0 || (!written.some(ownsDefault) && !knowsAll(settings)))) {
    const sure = written.length === 0 && defaultRevision.certain;
    const certainty = sure
      ? {}
      : { active: 'unknown' as const, note: 'no manifest tells which revision is the default' };
    entries.push(...chartWebhooks(owner, { isDefault: true, byDefault, podFirst, ...certainty }, settings));
  }
  if (written.length > 0) return entries;
  const names = new Set([...installation.revisions.map((r) => r.value), ...installation.tags.keys()]);
  if (owner !== undefined) names.delete(owner);
  for (const name of names)
    entries.push(...chartWebhooks(name, { isDefault: false, byDefault: 'no', podFirst }, settings));
  return [...upToMost(entries)];
}

/**
 * The entries of one injector in the manifests, in the order in which the API server calls them: by the name of their configuration. Manifests
 * of one configuration that differ are of several clusters, so that only what all of them say is certain.
 */
export function writtenWebhooks(
  injector: InjectorWebhook['injector'],
  resources: readonly Resource[],
): readonly InjectorWebhook[] {
  const configurations = new Map<string, InjectorWebhook[][]>();
  for (const resource of resources) {
    const entries = readWebhooks(resource).filter((w) => w.injector === injector);
    if (entries.length === 0) continue;
    addTo(configurations, resource.name, entries);
  }
  const names = [...configurations.keys()].sort();
  const written = names.flatMap((name) => agreed(name, configurations.get(name) as InjectorWebhook[][]));
  return upToMost(written);
}

/**
 * The revisions of Istio's webhooks in the manifests, where none of them heeds `istio-injection=enabled`; undefined where one does, or none was read.
 * The chart of a revision makes just these (`mutatingwebhook.yaml`), so that the label is heeded only after `istioctl tag set default` in the
 * cluster. `istioctl install` gives that tag to the first revision of a cluster: its own input proves nothing, and is not asked here.
 */
export function revisionsBesideDefault(
  { webhooksFrom, defaultRevision }: Installation,
  resources: readonly Resource[],
): readonly string[] | undefined {
  if (webhooksFrom === 'chart' || defaultRevision.from !== 'default') return undefined;
  const webhooks = writtenWebhooks('istio', resources);
  const names = new Set(webhooks.flatMap(({ revision }) => revision ?? []));
  return names.size === 0 || names.has('default') || webhooks.some(ownsDefault) ? undefined : [...names].sort();
}

function upToMost(webhooks: readonly InjectorWebhook[]): readonly InjectorWebhook[] {
  const more = webhooks[MOST];
  if (!more) return webhooks;
  const note = `there are more than ${MOST} webhooks, and the others were not looked at`;
  const rest: InjectorWebhook = { ...more, namespaceSelector: [], objectSelector: [], active: 'unknown', note };
  return [...webhooks.slice(0, MOST), rest];
}

function agreed(name: string, variants: readonly (readonly InjectorWebhook[])[]): InjectorWebhook[] {
  const counts = new Map<string, { readonly webhook: InjectorWebhook; times: number }>();
  for (const entries of variants) {
    for (const [key, webhook] of new Map(entries.map((w) => [substance(w), w]))) {
      const same = counts.get(key);
      if (same) same.times++;
      else counts.set(key, { webhook, times: 1 });
    }
  }
  const found = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return found.map(([, { webhook, times }]) =>
    times >= variants.length || webhook.active === 'no'
      ? webhook
      : {
          ...webhook,
          active: 'unknown',
          note: `the manifests of MutatingWebhookConfiguration ${name} differ`,
        },
  );
}

// What an entry does, wherever it is written.
function substance({ name, revision, namespaceSelector, objectSelector, active }: InjectorWebhook): string {
  const plain = (conditions: readonly Condition[] | undefined) =>
    conditions?.map(({ key, operator, values }) => [key, operator, values]);
  return JSON.stringify([name, revision, plain(namespaceSelector), plain(objectSelector), active]);
}

// No real cluster has so many; in a hostile file thousands would be held against thousands of workloads.
const MOST = 120;

/** The config lists the revisions, or the input is all there is: what is not there is not installed. */
function knowsAll(settings: MeshSettings): boolean {
  return settings.closedWorld || settings.revisions.length > 0;
}

/** Entries of revisions that a namespace or a pod names, and of which nothing else is known: they may be installed or not. */
export function askedWebhooks(
  settings: MeshSettings,
  installation: Installation,
  installed: readonly InjectorWebhook[],
  asked: readonly (string | undefined)[],
): InjectorWebhook[] {
  if (knowsAll(settings)) return [];
  const names = new Set(asked);
  return [...names].flatMap((name) => {
    if (!name || installed.some((w) => w.revision === name)) return [];
    const note = `nothing read here tells whether revision ${name} is installed`;
    const podFirst = installation.revisionLabelPreference.value === 'pod';
    return chartWebhooks(name, { isDefault: false, byDefault: 'no', active: 'unknown', note, podFirst }, settings);
  });
}

/** Those of some entries that may select pods of a namespace, whatever the labels of the pods. */
export function candidatesFor(
  webhooks: readonly InjectorWebhook[],
  namespaceLabels: readonly LabelSet[],
): readonly InjectorWebhook[] {
  return webhooks.filter(
    ({ active, namespaceSelector }) =>
      active !== 'no' &&
      (!namespaceSelector || namespaceLabels.some((labels) => meets(namespaceSelector, labels) !== 'no')),
  );
}

function is(key: string, value: string): Condition {
  return { key, operator: 'In', values: [value] };
}

function isNot(key: string, value: string): Condition {
  return { key, operator: 'NotIn', values: [value] };
}

function absent(key: string): Condition {
  return { key, operator: 'DoesNotExist', values: [] };
}
