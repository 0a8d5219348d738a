import { ISTIO_CRDS, RELEASES } from './istio-crds.ts';
import { applyPatch, type Patch } from './patch.ts';
import type { Version } from './releases.ts';
import type { Schema } from './schema.ts';

/** A kind as some release of Istio defines it. */
export interface IstioKind {
  readonly release: string;
  /** The API versions that the release serves. */
  readonly versions: readonly string[];
  readonly schema: Schema;
}

/** The kinds that Istio's own CRDs define, by release; a schema is made when it is first asked for. */
export class IstioSchemas {
  /** The releases that there are schemas of, newest first. */
  readonly releases: readonly string[] = RELEASES;
  readonly #chains = new Map<string, IstioKind[]>();

  has(type: string): boolean {
    return Object.hasOwn(ISTIO_CRDS, type);
  }

  /** A kind in every release that there is a schema of and that has it, newest first. */
  all(type: string): readonly IstioKind[] {
    let chain = this.#chains.get(type);
    if (chain) return chain;
    chain = [];
    let schema: Schema | undefined;
    for (const [release, versions, text] of Object.hasOwn(ISTIO_CRDS, type) ? (ISTIO_CRDS[type] ?? []) : []) {
      const read = JSON.parse(text) as Patch;
      schema = schema === undefined ? (read as Schema) : applyPatch(schema, read);
      chain.push({ release, versions: versions.split(' '), schema });
    }
    this.#chains.set(type, chain);
    return chain;
  }

  of(type: string, release: string): IstioKind | undefined {
    return this.all(type).find((kind) => kind.release === release);
  }
}

/**
 * The releases that tell what a release of Istio accepts: itself, or the known ones before and after it, the nearer one first. Beyond
 * the ends it is the last one there is.
 */
export function nearestReleases([major, minor]: Version): {
  readonly exact: boolean;
  readonly releases: readonly string[];
} {
  const minors = RELEASES.map((release) => Number(release.split('.')[1]));
  const wanted = major > 1 ? Number.POSITIVE_INFINITY : minor;
  const at = minors.indexOf(wanted);
  if (at >= 0) return { exact: true, releases: [RELEASES[at] as string] };
  const below = minors.findIndex((known) => known < wanted);
  const older = below < 0 ? undefined : below;
  const newer = below < 0 ? minors.length - 1 : below - 1;
  if (older === undefined || newer < 0) return { exact: false, releases: [RELEASES[older ?? newer] as string] };
  const nearer =
    wanted - (minors[older] as number) < (minors[newer] as number) - wanted ? [older, newer] : [newer, older];
  return { exact: false, releases: nearer.map((i) => RELEASES[i] as string) };
}
