import type { Workload } from '../cluster/workloads.ts';
import type { Answer } from '../manifest/lookup.ts';
import { fileOf, isPatchedAt, type Resource } from '../manifest/resource.ts';
import { labelSelector, matches, type Selector } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';

/** What a server asks of its callers: mutual TLS only, also plain text, plain text only. */
export type MtlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

/** The mutual TLS that holds for a workload, or for one of its ports. */
export interface Mtls {
  /** undefined when it is not known. */
  readonly mode: MtlsMode | undefined;
  /** The `mode` that decides, where one is written. */
  readonly field?: Field;
  /** The PeerAuthentication that decides. */
  readonly policy?: Resource;
  /** Whether the input decides it. A mode that is written is certain for what it covers; that none is written says nothing in an open world. */
  readonly certain: boolean;
}

/** A PeerAuthentication, and how far it reaches. */
export interface PeerAuthentication {
  readonly resource: Resource;
  /** `ignored`: with a selector in the root namespace, where none is read. */
  readonly scope: 'mesh' | 'namespace' | 'workload' | 'ignored';
  /** undefined where it has none, or an empty one. */
  readonly selector: Selector | undefined;
  readonly mtls: Setting;
  /** By the port of the workload, as written. */
  readonly ports: ReadonlyMap<string, Setting>;
}

/** A mode as it is written: one of Istio's, nothing (the wider scope decides), or something that cannot be read. */
interface Setting {
  readonly mode: MtlsMode | 'UNSET' | 'UNKNOWN';
  readonly field: Field;
}

/** All PeerAuthentication objects of the input. Since Istio 1.5; the older `Policy` and `MeshPolicy` are not read. */
export function peerAuthentications(mesh: Mesh): readonly PeerAuthentication[] {
  return mesh.derive(policiesOf).all;
}

/**
 * The mutual TLS that holds for a workload; with a port, for that port of the pods. Source: `ComposePeerAuthentication` in
 * `pilot/pkg/security/authn`: the narrowest scope that sets a mode decides, of several in one scope the oldest, ports only with a selector.
 */
export function mtlsOf(mesh: Mesh, workload: Workload, port?: number): Mtls {
  if (!mesh.istioAtLeast('1.5')) return UNKNOWN;
  return mesh.derive(policiesOf).of(mesh, workload, port);
}

const UNKNOWN: Mtls = { mode: undefined, certain: false };

const MODES: ReadonlySet<string> = new Set(['STRICT', 'PERMISSIVE', 'DISABLE']);

// No real namespace has so many; in a hostile file thousands would be held against thousands of workloads.
const MOST = 100;

class Policies {
  readonly all: readonly PeerAuthentication[];
  readonly #mesh: readonly PeerAuthentication[];
  readonly #byNamespace = new Map<string, PeerAuthentication[]>();
  readonly #workloads = new Map<Workload, Map<number | undefined, Mtls>>();

  constructor(mesh: Mesh) {
    this.all = mesh
      .ofType('security.istio.io/PeerAuthentication')
      .flatMap((r) => (r.partial ? [] : readPeerAuthentication(r, mesh.installation.rootNamespace.value)));
    this.#mesh = this.all.filter((p) => p.scope === 'mesh');
    for (const policy of this.all) {
      if (policy.scope === 'mesh' || policy.scope === 'ignored') continue;
      const namespace = policy.resource.namespace ?? '';
      addTo(this.#byNamespace, namespace, policy);
    }
  }

  of(mesh: Mesh, workload: Workload, port: number | undefined): Mtls {
    let ports = this.#workloads.get(workload);
    if (!ports) this.#workloads.set(workload, (ports = new Map()));
    let mtls = ports.get(port);
    if (!mtls) ports.set(port, (mtls = this.#find(mesh, workload, port)));
    return mtls;
  }

  #find(mesh: Mesh, workload: Workload, port: number | undefined): Mtls {
    const { namespace = '' } = workload.resource;
    const inNamespace = this.#byNamespace.get(namespace) ?? [];
    if (inNamespace.length > MOST || this.#mesh.length > MOST) return UNKNOWN;
    const own = inNamespace.filter((p) => p.scope === 'workload');
    const scopes: (() => Mtls | undefined)[] = [
      () => {
        if (port === undefined) return undefined;
        const text = String(port);
        return decide(mesh, workload, own, (p) => p.ports.get(text));
      },
      () => decide(mesh, workload, own, (p) => p.mtls),
      () =>
        decide(
          mesh,
          workload,
          inNamespace.filter((p) => p.scope === 'namespace'),
          (p) => p.mtls,
        ),
      () => decide(mesh, workload, this.#mesh, (p) => p.mtls),
    ];
    for (const scope of scopes) {
      const answer = scope();
      if (answer) return answer;
    }
    const { rootNamespace } = mesh.installation;
    const whole =
      mesh.settings.closedWorld &&
      rootNamespace.certain &&
      !mesh.externals.namespace(rootNamespace.value) &&
      !mesh.externals.namespace(namespace);
    return whole ? { mode: 'PERMISSIVE', certain: true } : UNKNOWN;
  }
}

function policiesOf(mesh: Mesh): Policies {
  return new Policies(mesh);
}

/** The answer of one scope; undefined when it leaves the question to the next one. */
function decide(
  mesh: Mesh,
  workload: Workload,
  policies: readonly PeerAuthentication[],
  settingOf: (policy: PeerAuthentication) => Setting | undefined,
): Mtls | undefined {
  const covering: Mtls[] = [];
  let left = 0;
  for (const policy of policies) {
    const covers = coversOf(mesh, policy, workload);
    if (covers === 'no') continue;
    const setting = settingOf(policy);
    // Another one of the scope may be older, and then this one says nothing, or all.
    if (!setting || setting.mode === 'UNSET') {
      left++;
      continue;
    }
    if (covers === 'unknown' || setting.mode === 'UNKNOWN') return UNKNOWN;
    covering.push({ mode: setting.mode, field: setting.field, policy: policy.resource, certain: true });
  }
  const [first] = covering;
  if (!first) return undefined;
  return left === 0 && covering.every((c) => c.mode === first.mode) ? first : UNKNOWN;
}

function coversOf(mesh: Mesh, policy: PeerAuthentication, workload: Workload): Answer {
  const labels = policy.selector ? matches(policy.selector, workload.podLabels) : 'yes';
  if (labels === 'no') return 'no';
  const [a, b] = [policy.resource, workload.resource];
  const sure = policy.scope === 'mesh' ? reachesMesh(mesh, a, b) : mesh.together(a, b) && sameGround(mesh, a, b);
  return sure ? labels : 'unknown';
}

// Neither names its namespace and both go where they are applied; or both stand where they say.
function sameGround(mesh: Mesh, a: Resource, b: Resource): boolean {
  return a.namespaceWritten === b.namespaceWritten || (!mesh.assumesNamespace(a) && !mesh.assumesNamespace(b));
}

// A step of a tutorial makes the mesh strict for that step only: what stands somewhere else in several variants is none of its business.
function reachesMesh(mesh: Mesh, policy: Resource, workload: Resource): boolean {
  if (mesh.settings.closedWorld || mesh.near(policy, workload)) return true;
  if (mesh.assumesNamespace(policy) || mesh.assumesNamespace(workload) || !mesh.installation.rootNamespace.certain)
    return false;
  return [policy, workload].every((r) => mesh.variants(r).every((v) => fileOf(v) === fileOf(r)));
}

function readPeerAuthentication(resource: Resource, rootNamespace: string): PeerAuthentication[] {
  const spec = resource.body.at('spec');
  const selector = spec.at('selector');
  const matchLabels = selector.at('matchLabels');
  const selects = matchLabels.entries().length > 0 || (matchLabels.hasValue && !matchLabels.isMapping);
  const inRoot = resource.namespace === rootNamespace;
  const patched = isPatchedAt(resource, 'spec');
  const setting = (field: Field): Setting => {
    const mode = field.at('mode');
    if (patched) return { mode: 'UNKNOWN', field: mode };
    if (!mode.hasValue) return { mode: 'UNSET', field: mode };
    const text = mode.text();
    if (text === 'UNSET') return { mode: 'UNSET', field: mode };
    return { mode: text !== undefined && MODES.has(text) ? (text as MtlsMode) : 'UNKNOWN', field: mode };
  };
  return [
    {
      resource,
      scope: selects ? (inRoot ? 'ignored' : 'workload') : inRoot ? 'mesh' : 'namespace',
      selector: selects ? labelSelector(selector) : undefined,
      mtls: setting(spec.at('mtls')),
      ports: new Map(
        spec
          .at('portLevelMtls')
          .entries()
          .map(([port, field]) => [port, setting(field)]),
      ),
    },
  ];
}
