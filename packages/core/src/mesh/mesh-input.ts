import type { EmbeddedTexts } from '../installation/embedded.ts';
import type { HelmValues } from '../installation/installation-sources.ts';
import type { MeshUse } from '../installation/mesh-use.ts';
import type { ExternalMatchers, MeshSettings } from '../installation/settings.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Shapes } from '../schema/shapes.ts';
import type { MadeOutside } from './made-outside.ts';

/** What a Mesh is made of. */
export interface MeshInput {
  readonly resources: readonly Resource[];
  readonly settings: MeshSettings;
  readonly externals?: ExternalMatchers;
  /** Folders with files that may hold manifests and could not be read: templates; those of Kustomizations that make more than was read. */
  readonly unread?: ReadonlySet<string>;
  /** Resources of other clusters of the same mesh. */
  readonly clusters?: ReadonlyMap<string, readonly Resource[]>;
  /** Texts inside the resources that are YAML themselves, after reading. */
  readonly embedded?: EmbeddedTexts;
  /** Plain values files of the charts of Istio. */
  readonly helmValues?: readonly HelmValues[];
  /** What programs make beside what the manifests say. */
  readonly madeOutside?: readonly MadeOutside[];
  /** What the schemas of their kinds say of the resources. */
  readonly shapes?: Shapes;
  /** MeshNetworks of a file of its own, as a resource. */
  readonly meshNetworks?: Resource | undefined;
  /** Which meshes are in use; left out, any may be. */
  readonly use?: MeshUse | undefined;
  /** The day of the run, `2026-12-31`, where it is known. */
  readonly today?: string | undefined;
}
