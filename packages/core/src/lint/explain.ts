import type { InputFile } from '../source/source-file.ts';
import { type LintSetup, lintMeshes } from './lint.ts';
import type { LintResult } from './result.ts';
import type { WorkloadReport } from './workload-result.ts';

/** What a run found, and what the mesh does with each workload. */
export interface Explanation {
  readonly result: LintResult;
  /** Every workload and bare Pod, in the order of the files. */
  readonly workloads: readonly WorkloadReport[];
}

/**
 * Tells of each workload whether it is in the mesh and why, how its ports are read, and what was found about it: what `meshvet why` prints.
 * Pure as `lint`, and throws the same.
 */
export async function explainWorkloads(files: Iterable<InputFile>, setup: LintSetup): Promise<Explanation> {
  const { result, meshes } = await lintMeshes(files, setup);
  // Seldom needed: not loaded for every run.
  const { workloadReports } = await import('./workload-report.ts');
  return { result, workloads: meshes.flatMap((mesh) => workloadReports(mesh, result.findings)) };
}
