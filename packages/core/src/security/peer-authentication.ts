import type { Workload } from '../cluster/workloads.ts';
import type { Answer } from '../manifest/lookup.ts';
import { identityOf, isPatchedAt, type Resource } from '../manifest/resource.ts';
import { SelectorIndex } from '../manifest/selector-index.ts';
import { labelSelector, matches, type Selector } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { addTo, groupBy } from '../source/grouping.ts';
import { compareCreation } from './creation-order.ts';
import { knowsPoliciesOf, surelyReaches } from './policy-reach.ts';

/** What a server asks of its callers: mutual TLS only, also plain text, plain text only. */
export type MtlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

/** The mutual TLS that holds for a workload, or for one of its ports. */
export interface Mtls {
  /** undefined when it is not known. */
  readonly mode: MtlsMode | undefined;
  /** The modes that are possible: the one that holds, or all that the files leave open. */
  readonly possible: readonly MtlsMode[];
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
 * `pilot/pkg/security/authn/policy_applier.go`: of each scope the oldest policy is read and no other, the narrowest scope that sets a mode
 * decides, and ports count in the one policy of the workload.
 */
export function mtlsOf(mesh: Mesh, workload: Workload, port?: number): Mtls {
  if (!mesh.istioAtLeast('1.5')) return UNKNOWN;
  return mesh.derive(policiesOf).of(mesh, workload, port);
}

/** A PeerAuthentication that covers a workload, or seems to, and does not decide. */
export interface PassedPeerAuthentication {
  readonly resource: Resource;
  readonly field: Field;
  /** In a clause: "PeerAuthentication shop/cart is narrower". */
  readonly why: string;
}

/** The PeerAuthentications near a workload that do not decide its mutual TLS, each with the reason. For those who explain; not kept. */
export function mtlsPassedOver(mesh: Mesh, workload: Workload, port?: number): readonly PassedPeerAuthentication[] {
  const { policy } = mtlsOf(mesh, workload, port);
  return mesh.derive(policiesOf).passedOver(mesh, workload, port, policy);
}

const MODES: readonly MtlsMode[] = ['STRICT', 'PERMISSIVE', 'DISABLE'];

const UNKNOWN: Mtls = { mode: undefined, possible: MODES, certain: false };

// So many hold for no real workload; in a hostile file thousands would be held against thousands of workloads.
const MOST = 100;

/** One way in which a mode may come about; without a mode nobody can say which it would be. */
interface Outcome {
  readonly mode: MtlsMode | undefined;
  readonly field?: Field;
  readonly policy?: Resource;
}

class Policies {
  readonly all: readonly PeerAuthentication[];
  readonly #mesh: readonly PeerAuthentication[];
  readonly #ignored: readonly PeerAuthentication[];
  readonly #byNamespace = new Map<string, PeerAuthentication[]>();
  readonly #bySelector: ReadonlyMap<string, SelectorIndex<PeerAuthentication>>;
  readonly #workloads = new Map<Workload, Map<number | undefined, Mtls>>();

  constructor(mesh: Mesh) {
    this.all = mesh
      .ofType('security.istio.io/PeerAuthentication')
      .flatMap((r) => (r.partial ? [] : readPeerAuthentication(r, mesh.installation.rootNamespace.value)));
    this.#mesh = this.all.filter((p) => p.scope === 'mesh');
    this.#ignored = this.all.filter((p) => p.scope === 'ignored');
    for (const policy of this.all) {
      if (policy.scope === 'mesh' || policy.scope === 'ignored') continue;
      const namespace = policy.resource.namespace ?? '';
      addTo(this.#byNamespace, namespace, policy);
    }
    this.#bySelector = new Map(
      [...this.#byNamespace].map(([namespace, policies]) => [
        namespace,
        new SelectorIndex(policies, ({ selector }) => selector),
      ]),
    );
  }

  of(mesh: Mesh, workload: Workload, port: number | undefined): Mtls {
    let ports = this.#workloads.get(workload);
    if (!ports) this.#workloads.set(workload, (ports = new Map()));
    let mtls = ports.get(port);
    if (!mtls) ports.set(port, (mtls = this.#find(mesh, workload, port)));
    return mtls;
  }

  #find(mesh: Mesh, workload: Workload, port: number | undefined): Mtls {
    const inNamespace = this.#bySelector.get(workload.resource.namespace ?? '')?.near(workload.podLabels) ?? [];
    if (inNamespace.length > MOST || this.#mesh.length > MOST) return UNKNOWN;
    const outcomes = this.#outcomes(mesh, workload, port, inNamespace);
    const first = outcomes[0] as Outcome;
    const possible = MODES.filter((mode) => outcomes.some((o) => o.mode === undefined || o.mode === mode));
    const { mode } = first;
    if (mode === undefined || possible.length > 1) return { ...UNKNOWN, possible };
    return { ...first, mode, possible, certain: true };
  }

  // Each scope has one policy that is read, or several of which nobody knows which it is; what it leaves unset the wider one decides.
  #outcomes(
    mesh: Mesh,
    workload: Workload,
    port: number | undefined,
    inNamespace: readonly PeerAuthentication[],
  ): Outcome[] {
    const scoped = (scope: PeerAuthentication['scope']) => inNamespace.filter((p) => p.scope === scope);
    const whole = knowsPoliciesOf(mesh, workload.resource.namespace ?? '');
    const normal: Outcome = { mode: whole ? 'PERMISSIVE' : undefined };
    const ofMesh = () =>
      this.#choose(
        mesh,
        workload,
        this.#mesh,
        (p) => [p.mtls],
        () => [normal],
      );
    const ofNamespace = () => this.#choose(mesh, workload, scoped('namespace'), (p) => [p.mtls], ofMesh);
    const settings = (p: PeerAuthentication) => {
      const own = port === undefined ? undefined : p.ports.get(String(port));
      return own ? [own, p.mtls] : [p.mtls];
    };
    return this.#choose(mesh, workload, scoped('workload'), settings, ofNamespace);
  }

  #choose(
    mesh: Mesh,
    workload: Workload,
    policies: readonly PeerAuthentication[],
    settingsOf: (policy: PeerAuthentication) => readonly Setting[],
    wider: () => readonly Outcome[],
  ): Outcome[] {
    return possibleOldest(mesh, policies, workload).flatMap((policy) => {
      const setting = policy && settingsOf(policy).find((s) => s.mode !== 'UNSET');
      if (!policy || !setting) return wider();
      const mode = setting.mode === 'UNKNOWN' || setting.mode === 'UNSET' ? undefined : setting.mode;
      return [{ mode, field: setting.field, policy: policy.resource }];
    });
  }

  passedOver(
    mesh: Mesh,
    workload: Workload,
    port: number | undefined,
    decider: Resource | undefined,
  ): PassedPeerAuthentication[] {
    const { resource } = workload;
    const inNamespace = this.#byNamespace.get(resource.namespace ?? '') ?? [];
    const winner = this.all.find((p) => p.resource === decider);
    return [...inNamespace, ...this.#mesh, ...this.#ignored]
      .filter((p) => p.resource !== decider)
      .slice(0, MOST)
      .flatMap((policy) => {
        const setting = (port === undefined ? undefined : policy.ports.get(String(port))) ?? policy.mtls;
        const why = whyPassed(mesh, policy, winner, workload, port);
        return why === undefined ? [] : [{ resource: policy.resource, field: setting.field, why }];
      });
  }
}

const WIDTH: Readonly<Record<PeerAuthentication['scope'], number>> = { workload: 0, namespace: 1, mesh: 2, ignored: 3 };

const WORDS: Readonly<Record<PeerAuthentication['scope'], string>> = {
  workload: 'the one that selects the pods',
  namespace: 'that of the namespace',
  mesh: 'that of the mesh',
  ignored: 'none',
};

/** Why a policy does not decide; undefined where nothing near speaks for it. */
function whyPassed(
  mesh: Mesh,
  policy: PeerAuthentication,
  winner: PeerAuthentication | undefined,
  workload: Workload,
  port: number | undefined,
): string | undefined {
  const selects = policy.selector ? matches(policy.selector, workload.podLabels) : 'yes';
  if (policy.scope === 'ignored')
    return selects === 'no' ? undefined : 'a selector in the root namespace selects nothing';
  if (selects === 'no') return 'its selector does not pick these pods';
  if (coversOf(mesh, policy, workload) === 'unknown') return 'whether it holds for these pods is not known';
  const own = port === undefined ? undefined : policy.ports.get(String(port));
  if ((own ?? policy.mtls).mode === 'UNSET' && policy.mtls.mode === 'UNSET')
    return 'it sets no mode, so the next wider one decides';
  if (!winner) return undefined;
  if (WIDTH[winner.scope] < WIDTH[policy.scope]) return `${WORDS[winner.scope]} comes before ${WORDS[policy.scope]}`;
  return winner.scope === policy.scope ? 'of two for the same pods only the older is read' : undefined;
}

function policiesOf(mesh: Mesh): Policies {
  return new Policies(mesh);
}

/**
 * The policies of one scope that may be the one that istiod reads for a workload, the oldest; undefined among them where there may be none.
 * Variants of one policy stand for each other.
 */
function possibleOldest(
  mesh: Mesh,
  policies: readonly PeerAuthentication[],
  workload: Workload,
): readonly (PeerAuthentication | undefined)[] {
  const covering = policies
    .map((policy) => ({ policy, covers: coversOf(mesh, policy, workload) }))
    .filter(({ covers }) => covers !== 'no');
  const objects = [...groupBy(covering, ({ policy }) => identityOf(policy.resource)).values()].map((variants) => {
    const sure = variants.filter(({ covers }) => covers === 'yes');
    return { sure: sure.length > 0, variants: (sure.length > 0 ? sure : variants).map(({ policy }) => policy) };
  });
  const sure = objects.filter((o) => o.sure);
  const isYounger = (policy: PeerAuthentication) =>
    sure.some(({ variants }) =>
      variants.every((other) => (compareCreation(mesh, other.resource, policy.resource) ?? 0) < 0),
    );
  const oldest = objects.flatMap((o) => o.variants.filter((p) => !isYounger(p)));
  return sure.length > 0 ? oldest : [...oldest, undefined];
}

function coversOf(mesh: Mesh, policy: PeerAuthentication, workload: Workload): Answer {
  const labels = policy.selector ? matches(policy.selector, workload.podLabels) : 'yes';
  if (labels === 'no') return 'no';
  const sure = surelyReaches(mesh, policy.resource, workload.resource, policy.scope === 'mesh');
  return sure ? labels : 'unknown';
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
    return { mode: MODES.find((m) => m === text) ?? 'UNKNOWN', field: mode };
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
