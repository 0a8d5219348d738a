import type { Resource } from '../manifest/resource.ts';
import { makeFinding, type Report } from './finding.ts';
import type { Finding } from './result.ts';

/**
 * The findings of reports, each once for a manifest: where Kustomizations make several objects of one, what is wrong with it is wrong in one place,
 * and the first of its builds tells it for all.
 */
export function oncePerManifest(reports: readonly Report[]): [Finding, Report][] {
  const told = new Map<string, Resource>();
  const kept: [Finding, Report][] = [];
  for (const report of reports) {
    const finding = makeFinding(report);
    const { resource } = report;
    if (resource?.roots) {
      const { file, start } = finding.location;
      const key = [finding.ruleId, finding.messageId, file, start.line, start.column, finding.location.pointer].join(
        '\n',
      );
      const first = told.get(key);
      // Several findings of one build at one place are several things.
      if (first && first !== resource && first.document === resource.document) continue;
      told.set(key, resource);
    }
    kept.push([finding, report]);
  }
  return kept;
}
