import type { InputFile } from '../source/source-file.ts';
import { type LintSetup, lintMeshes } from './lint.ts';
import type { TrafficAnswer, TrafficQuestion } from './traffic-question.ts';

/**
 * Tells what the proxies do with requests: where each goes, over what, and whether it is let in, with the resource that decided each
 * step. What `meshvet trace` prints. Pure as `lint`, and throws the same; without rules in the setup it finds nothing else and is quick.
 */
export async function explainTraffic(
  files: Iterable<InputFile>,
  setup: LintSetup,
  question: TrafficQuestion,
): Promise<TrafficAnswer> {
  const given = [...files];
  let { result, meshes } = await lintMeshes(given, setup);
  // Seldom needed: not loaded for every run.
  const { answerTraffic, withGateways } = await import('./traffic-answer.ts');
  const meant = withGateways(meshes, question);
  if (meant.files.length > 0) ({ result, meshes } = await lintMeshes([...given, ...meant.files], setup));
  return { result, ...(await answerTraffic(meshes, meant.question, meant.assumed)) };
}
