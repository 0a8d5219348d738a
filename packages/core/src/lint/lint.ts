import type { Config } from '../config/config.ts';
import {
  compileExternals,
  projectMatcher,
  type ResolvedRule,
  resolveRules,
  settingsOf,
} from '../config/resolve-config.ts';
import { toldMeshes } from '../config/told-meshes.ts';
import { isUsed, type MeshUse, meshUseOf, type UnreadText, usesMesh } from '../installation/mesh-use.ts';
import type { MeshSettings } from '../installation/settings.ts';
import { folderOf } from '../manifest/folders.ts';
import { isKustomization } from '../manifest/kustomization.ts';
import type { Kustomizations } from '../manifest/kustomize.ts';
import { meshNetworksResource, readResources } from '../manifest/read-resources.ts';
import type { Resource } from '../manifest/resource.ts';
import { Mesh } from '../mesh/mesh.ts';
import type { Rule } from '../rule/define-rule.ts';
import { type LateRule, loadRule, type RuleHead } from '../rule/late-rule.ts';
import { meshSubjectOf } from '../rule/rule-subject.ts';
import { isDefinition } from '../schema/custom-resources.ts';
import { readShapes } from '../schema/shapes.ts';
import type { YamlDocument } from '../source/document.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import type { Problem } from '../source/problem.ts';
import { readSingle } from '../source/read-single.ts';
import { type InputFile, SourceFile } from '../source/source-file.ts';
import { chartsOf, type ReadFile, readFiles } from './collect.ts';
import { readEmbedded, readHelmValues } from './embedded.ts';
import { numberFingerprints, type Report } from './finding.ts';
import { countFiles, skipNotes, skipReasonOf } from './notes.ts';
import { oncePerManifest } from './once-per-manifest.ts';
import { compareText, orderFindings } from './order.ts';
import type { LintResult, RuleFailure, Timings, Undecided, WorkloadCounts } from './result.ts';
import { Subjects, startRule } from './run-rule.ts';
import { applySuppressions, readSuppressions, type Suppression } from './suppress.ts';
import { readAnnotations } from './suppression-annotations.ts';
import { undecidedOf } from './undecided.ts';

/** What a run needs beside the files. */
export interface LintSetup {
  /** Late ones are loaded when the input holds something they look at. */
  readonly rules: readonly (Rule | LateRule)[];
  readonly config?: Config;
  /** Severities that were given later than the config, flag by flag; each beats the config and those before it. */
  readonly overrides?: readonly NonNullable<Config['rules']>[];
  /** The path of a file as the config has it (relative to the config file); the same when left out. */
  readonly configPath?: (path: string) => string;
  /** Files of other clusters of the same mesh, by cluster name. Context: only multi-cluster rules report on them. */
  readonly clusters?: Readonly<Record<string, readonly InputFile[]>>;
  /** CustomResourceDefinitions of the cluster: the schema of their kinds, before any among the files. */
  readonly crds?: readonly InputFile[];
  /** MeshConfig as YAML: what stands under key `mesh` of ConfigMap `istio`. */
  readonly meshConfig?: InputFile;
  readonly meshNetworks?: InputFile;
  /** The day of the run, `2026-12-31`: suppressions that end before it hold no more. Without it none ends. */
  readonly today?: string;
  /**
   * Judge as if each mesh were in use, whatever the files show: for snippets such as the examples of rules. `unless-shown`: only where the files show none, for files
   * that are a part of what is deployed.
   */
  readonly assumeMesh?: boolean | 'unless-shown';
  /** Told now and then how many resources of how many the rules have looked at: for a sign of life in a long run. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Milliseconds from some fixed moment; with it the result carries timings. */
  readonly clock?: () => number;
}

/** A file beside the manifests (MeshConfig, MeshNetworks, CustomResourceDefinitions) that cannot be used; `message` names it and the place. */
export class SetupError extends Error {}

/** A mesh to judge: its settings, and the files that make it. */
interface Project {
  readonly folder: string;
  readonly config: Config;
  readonly files: ReadFile[];
}

/**
 * The engine's one entrance: text goes in, findings come out. Pure: it reads no file, no clock and no environment of its own.
 * Broken manifests are findings; a rule that throws is a failure in the result. Throws `SetupError` for an unusable
 * file beside them, and plain errors for a config that was never validated.
 */
export async function lint(files: Iterable<InputFile>, setup: LintSetup): Promise<LintResult> {
  return (await lintMeshes(files, setup)).result;
}

/** A run with the meshes that it judged, one for each project. */
export interface MeshRun {
  readonly result: LintResult;
  readonly meshes: readonly Mesh[];
}

/** As `lint`, and gives the meshes too, for what asks them more than rules do. */
export async function lintMeshes(files: Iterable<InputFile>, setup: LintSetup): Promise<MeshRun> {
  const watch = new Stopwatch(setup.clock);
  const read = await readFiles(files);
  const context = await readContext(setup);
  const configPath = configPathOf(setup);
  watch.lap('read');
  const kustomizations = await buildsOf(read);
  const reports: Report[] = [];
  const failures: RuleFailure[] = [];
  const undecided: Undecided[] = [];
  const annotations: Suppression[] = [];
  const meshes: Mesh[] = [];
  const resourcesOf = new Map<ReadFile, number>();
  let resourceCount = 0;
  const projects = partition(read, setup).map((project) => {
    const settings: MeshSettings = { ...projectSettings(project, setup), ...context.mesh };
    const resources = project.files.flatMap((file) => {
      const own = fileResources(file, settings, kustomizations);
      resourcesOf.set(file, own.length);
      return own;
    });
    const clusters = new Map(
      context.clusters.map(([name, read]) => [name, read.flatMap((f) => fileResources(f, settings, kustomizations))]),
    );
    return { project, settings, resources, clusters };
  });
  // Of all that was read: a project whose own files show nothing may well be deployed into the mesh of its neighbour.
  const shown =
    setup.assumeMesh === true
      ? undefined
      : meshUseOf(
          projects.flatMap(({ resources, clusters }) => [...resources, ...[...clusters.values()].flat()]),
          read.flatMap(unreadTexts),
          { ...(meshIsGiven(setup) ? GIVEN : {}), ...toldMeshes(setup.config ?? {}) },
        );
  const use = shown && setup.assumeMesh && !usesMesh(shown) ? undefined : shown;
  for (const { project, settings, resources, clusters } of projects) {
    resourceCount += resources.length;
    annotations.push(...readAnnotations(resources));
    const mesh = new Mesh({
      resources,
      settings,
      externals: compileExternals(settings.externals),
      unread: new Set([
        ...project.files.filter(isLeftOut).map((f) => folderOf(f.source.path)),
        ...kustomizations.unreadRoots,
      ]),
      madeOutside: [...kustomizations.generated, ...chartsOf(project.files)],
      embedded: await readEmbedded([...resources, ...[...clusters.values()].flat()]),
      helmValues: await readHelmValues(project.files),
      shapes: await readShapes(resources, settings, context.definitions),
      clusters,
      meshNetworks: context.meshNetworks,
      today: setup.today,
      use,
    });
    meshes.push(mesh);
    const subjects = new Subjects(
      mesh,
      // A patch says no more of an object than it has to.
      project.files.flatMap((f) =>
        kustomizations.isPatch(f.source.path) ? f.problems.filter((p) => p.kind !== 'untyped') : f.problems,
      ),
    );
    const due = await loadDue(
      resolvedRules(setup, project.config, settings).filter(({ rule }) => !use || isUsed(use, meshSubjectOf(rule))),
      subjects,
    );
    watch.lap('model');
    const running = due.map((resolved) => startRule(resolved, mesh, subjects, configPath));
    for (let place = TOGETHER; running.length > 0; place += TOGETHER) {
      for (const run of running) {
        const calls = run.runTo(place);
        if (calls > 0) watch.rule(run.rule.meta.id, calls);
      }
      setup.onProgress?.(Math.min(place, resources.length), resources.length);
      if (place >= resources.length) break;
    }
    for (const run of running) {
      // A rule that found nothing to look at has its line among the timings as well.
      watch.rule(run.rule.meta.id, 0);
      for (const report of run.reports) reports.push(report);
      for (const failure of run.failures) failures.push(failure);
    }
    undecided.push(...undecidedOf(mesh));
    watch.lap('rules');
  }
  const made = new Map(
    oncePerManifest(reports).map(([finding, { options, resource }]) => [finding, options.resource ?? resource]),
  );
  const ordered = orderFindings([...made.keys()]);
  const { findings, suppressed, unused } = applySuppressions(
    numberFingerprints(ordered),
    ordered.map((finding) => made.get(finding)),
    [...read.flatMap((f) => readSuppressions(f.source, f.documents)), ...annotations],
    { rules: setup.rules, today: setup.today, requireReasons: setup.config?.requireReasons },
  );
  const reasons = read.map((file) => ({ file, reason: skipReasonOf(file, resourcesOf.get(file) ?? 0) }));
  watch.lap('findings');
  const timings = watch.timings();
  const result: LintResult = {
    files: countFiles(reasons),
    notes: skipNotes(reasons),
    resources: resourceCount,
    workloads: countWorkloads(meshes),
    findings,
    suppressed,
    unusedSuppressions: unused,
    undecided,
    failures,
    ...(use ? { meshes: use } : {}),
    ...(timings ? { timings } : {}),
  };
  return { result, meshes };
}

/** The text of a file that holds manifests for somebody, and none that could be read. */
function unreadTexts(file: ReadFile): UnreadText[] {
  const { source, documents } = file;
  return isLeftOut(file) || documents.some(isKustomization) ? [{ path: source.path, text: source.text }] : [];
}

/** Whether a file may hold manifests beside those that were read: a template, or a document that is no YAML. */
function isLeftOut({ skipped, problems }: ReadFile): boolean {
  return skipped.includes('template') || problems.some((p) => p.kind === 'syntax');
}

function meshIsGiven({ meshConfig, meshNetworks, clusters }: LintSetup): boolean {
  return meshConfig !== undefined || meshNetworks !== undefined || Object.keys(clusters ?? {}).length > 0;
}

const GIVEN: MeshUse = { istio: { because: 'a MeshConfig, MeshNetworks or another cluster of the mesh was given' } };

function countWorkloads(meshes: readonly Mesh[]): WorkloadCounts {
  const counts = { yes: 0, no: 0, unknown: 0 };
  for (const mesh of meshes) {
    for (const workload of mesh.workloads) {
      if (!workload.isGateway) counts[mesh.membership(workload).answer]++;
    }
  }
  return { inMesh: counts.yes, outside: counts.no, unknown: counts.unknown };
}

const NO_BUILDS: Kustomizations = {
  isPatch: () => false,
  builds: () => undefined,
  unreadRoots: new Set(),
  generated: [],
};

// The builder is loaded where there is something to build: most runs of a hook have none.
async function buildsOf(read: readonly ReadFile[]): Promise<Kustomizations> {
  if (!read.some(({ documents }) => documents.some(isKustomization))) return NO_BUILDS;
  const { readKustomizations } = await import('../manifest/kustomize.ts');
  return readKustomizations(read);
}

function fileResources(file: ReadFile, settings: MeshSettings, kustomizations: Kustomizations): Resource[] {
  return file.documents.flatMap((document) => readResources(document, settings.defaultNamespace, kustomizations));
}

function projectSettings(project: Project, setup: LintSetup): MeshSettings {
  const base = settingsOf(setup.config ?? {});
  return project.config === (setup.config ?? NO_CONFIG) ? base : settingsOf(project.config, base);
}

const NO_CONFIG: Config = {};

function configPathOf(setup: LintSetup): (path: string) => string {
  return setup.configPath ?? ((path) => path);
}

function partition(read: readonly ReadFile[], setup: LintSetup): Project[] {
  const config = setup.config ?? NO_CONFIG;
  const projectOf = projectMatcher(config.projects);
  const configPath = configPathOf(setup);
  const projects = new Map<string, Project>();
  for (const file of read) {
    const found = projectOf(configPath(file.source.path));
    const key = found ? `project ${found.folder}` : '';
    let project = projects.get(key);
    if (!project)
      projects.set(key, (project = { folder: found?.folder ?? '', config: found?.settings ?? config, files: [] }));
    project.files.push(file);
  }
  return [...projects.entries()].sort(([a], [b]) => compareText(a, b)).map(([, project]) => project);
}

/** Of the rules that run those that have something to look at, with their code. */
async function loadDue(
  resolved: readonly ResolvedRule<Rule | LateRule>[],
  subjects: Subjects,
): Promise<readonly ResolvedRule<Rule>[]> {
  const due = resolved.filter(({ rule }) => subjects.of(rule).length > 0);
  return Promise.all(due.map(async (one) => ({ ...one, rule: await loadRule(one.rule) })));
}

/** What of a setup decides which rules run. */
export interface RuleSetup<R extends RuleHead = RuleHead> extends Pick<LintSetup, 'config' | 'overrides'> {
  readonly rules: readonly R[];
}

/** The rules that run in a project: the whole config, or an entry of its `projects`. */
export function resolvedRules<R extends RuleHead>(
  setup: RuleSetup<R>,
  project: Config,
  settings: MeshSettings,
): readonly ResolvedRule<R>[] {
  return resolveRules(setup.rules, {
    preset: setup.config?.preset ?? 'recommended',
    profile: settings.profile,
    istioVersion: settings.istioVersion,
    settings: { ...setup.config?.rules, ...project.rules },
    local: setup.config?.overrides,
    overrides: setup.overrides,
  });
}

async function readContext(setup: LintSetup) {
  const meshConfig = setup.meshConfig && (await readMapping(setup.meshConfig));
  const networks = setup.meshNetworks && (await readMapping(setup.meshNetworks));
  const clusters: [string, ReadFile[]][] = [];
  for (const [name, files] of Object.entries(setup.clusters ?? {})) clusters.push([name, await readFiles(files)]);
  const definitions = await readDefinitions(setup.crds ?? []);
  const mesh = {
    ...(meshConfig ? { meshConfig: meshConfig.value } : {}),
    ...(networks ? { meshNetworks: networks.value } : {}),
  };
  return { mesh, clusters, definitions, meshNetworks: networks?.document && meshNetworksResource(networks.document) };
}

/** Each of the files has to bring one: who names a file without any would believe in a check that is none. */
async function readDefinitions(files: readonly InputFile[]): Promise<Resource[]> {
  for (const file of files) refuseUnread(file);
  const definitions: Resource[] = [];
  for (const { source, documents, problems } of await readFiles(files)) {
    refuseBroken(problems);
    const all = documents.flatMap((document) => readResources(document, ''));
    const own = all.filter(isDefinition);
    // Beside their definitions the Gateway API ships a guard of them, and a Kustomization.
    if (own.length === 0 && all.length > 0 && all.every(isBesideDefinitions)) continue;
    if (own.length === 0) throw new SetupError(`${source.path}: there is no CustomResourceDefinition in it`);
    definitions.push(...own);
  }
  return definitions;
}

function isBesideDefinitions({ group }: Resource): boolean {
  return group === 'admissionregistration.k8s.io' || group === 'kustomize.config.k8s.io';
}

function refuseUnread({ path, problem }: InputFile): void {
  if (!problem) return;
  throw new SetupError(`${path}: ${problem === 'too-large' ? 'the file is too large' : 'the file is not UTF-8 text'}`);
}

function refuseBroken(problems: readonly Problem[]): void {
  const problem = problems.find((p) => p.kind === 'syntax' || p.kind === 'bomb');
  if (!problem) return;
  const { line, column } = problem.source.position(problem.span.start);
  const reason = problem.kind === 'syntax' ? problem.data.reason : 'it grows without end';
  throw new SetupError(`${problem.source.path}:${line}:${column}: ${reason}`);
}

async function readMapping(file: InputFile): Promise<{ value: object; document?: YamlDocument }> {
  refuseUnread(file);
  const { document, problems } = await readSingle(new SourceFile(file.path, file.text));
  refuseBroken(problems);
  if (document?.value === undefined || document.value === null) return { value: {} };
  if (!isPlainMapping(document.value)) throw new SetupError(`${file.path}: a mapping is expected`);
  return { value: document.value, document };
}

// All rules look at so many resources before they go on to the next ones: what one of them read is still at hand for the others.
const TOGETHER = 256;

/** Measures stages and rules when a clock is given; costs nothing else. */
class Stopwatch {
  readonly #clock: (() => number) | undefined;
  readonly #stages = { read: 0, model: 0, rules: 0, findings: 0 };
  readonly #rules = new Map<string, { milliseconds: number; calls: number }>();
  #last: number;
  #lastRule: number;

  constructor(clock: (() => number) | undefined) {
    this.#clock = clock;
    this.#last = this.#lastRule = clock?.() ?? 0;
  }

  lap(stage: keyof Timings['stages']): void {
    if (!this.#clock) return;
    const now = this.#clock();
    this.#stages[stage] += now - this.#last;
    this.#last = this.#lastRule = now;
  }

  rule(id: string, calls: number): void {
    if (!this.#clock) return;
    const now = this.#clock();
    const sum = this.#rules.get(id) ?? { milliseconds: 0, calls: 0 };
    this.#rules.set(id, { milliseconds: sum.milliseconds + now - this.#lastRule, calls: sum.calls + calls });
    this.#lastRule = now;
  }

  timings(): Timings | undefined {
    if (!this.#clock) return undefined;
    const rules = [...this.#rules].map(([ruleId, sum]) => ({ ruleId, ...sum }));
    return { stages: { ...this.#stages }, rules: rules.sort((a, b) => b.milliseconds - a.milliseconds) };
  }
}
