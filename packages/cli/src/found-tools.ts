import { testFolderOf } from '@meshvet/core';
import { findFiles } from './find-files.ts';
import type { Host } from './host.ts';
import { readInput } from './read-input.ts';

/** What stands in a folder of the tools that make or bring manifests. Paths as they are shown, sorted. */
export interface FoundTools {
  /** Folders of charts, `.` for the folder itself. */
  readonly charts: readonly string[];
  /** Folders of kustomizations. */
  readonly kustomizations: readonly string[];
  /** Files with an Application, ApplicationSet or AppProject of Argo CD. */
  readonly argo: readonly string[];
  /** Files with objects of Flux. */
  readonly flux: readonly string[];
  /** Names of folders of test data, each once. */
  readonly testFolders: readonly string[];
}

const ARGO = /^[ \t]*apiVersion:[ \t]*["']?argoproj\.io\/v/m;
const ARGO_KIND = /^[ \t]*kind:[ \t]*["']?(?:Application|ApplicationSet|AppProject)["']?[ \t]*\r?$/m;
const FLUX = /^[ \t]*apiVersion:[ \t]*["']?(?:source|kustomize|helm|notification|image)\.toolkit\.fluxcd\.io\/v/m;

/** Looks through the files that a run in this folder would read. */
export async function foundTools(host: Host): Promise<FoundTools> {
  const { files } = await findFiles(['.'], { ignore: true }, host);
  const charts: string[] = [];
  const kustomizations: string[] = [];
  const argo: string[] = [];
  const flux: string[] = [];
  const testFolders = new Set<string>();
  for (const { shown, path } of files) {
    const tests = testFolderOf(shown);
    if (tests !== undefined) testFolders.add(tests);
    const slash = shown.lastIndexOf('/');
    const name = shown.slice(slash + 1);
    const folder = slash < 0 ? '.' : shown.slice(0, slash);
    if (name === 'Chart.yaml') charts.push(folder);
    if (name === 'kustomization.yaml' || name === 'kustomization.yml') kustomizations.push(folder);
    const text = path === undefined ? undefined : textOf(host, path, shown);
    if (text === undefined) continue;
    if (ARGO.test(text) && ARGO_KIND.test(text)) argo.push(shown);
    if (FLUX.test(text)) flux.push(shown);
  }
  return { charts, kustomizations, argo, flux, testFolders: [...testFolders].sort() };
}

/** undefined for what cannot be read: a run says so, and `init` has to do with the rest only. */
function textOf(host: Host, path: Parameters<typeof readInput>[1], shown: string): string | undefined {
  try {
    const file = readInput(host, path, shown);
    return file.problem ? undefined : file.text;
  } catch {
    return undefined;
  }
}
