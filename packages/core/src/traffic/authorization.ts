import type { Workload } from '../cluster/workloads.ts';
import type { Answer } from '../manifest/lookup.ts';
import { nameOf, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import { type Reason, ruleMatches, type Seen } from './authorization-match.ts';
import {
  type AuthorizationAction,
  type AuthorizationPolicies,
  type AuthorizationPolicy,
  authorizationPoliciesFor,
  type PolicyInForce,
  policiesPassedOver,
} from './authorization-policies.ts';
import type { PassedOver, Step } from './trace.ts';

/** Whether the policies that hold for a workload let a request in. */
export interface Admittance {
  readonly allowed: boolean | 'unknown';
  readonly steps: readonly Step[];
  /** What would have to be read to know it; empty where it is known. */
  readonly needs: readonly string[];
}

/**
 * What AuthorizationPolicies make of a request. Those of action CUSTOM ask somebody else first; then a DENY policy that matches refuses;
 * then, where an ALLOW policy holds, one has to match. AUDIT decides nothing, nor does what is a dry run.
 * Source: `pilot/pkg/security/authz/builder/builder.go`; istio.io, "Authorization: Implicit enablement".
 */
export function admittanceOf(mesh: Mesh, workload: Workload, seen: Seen): Admittance {
  return decide(mesh, workload.resource, seen, authorizationPoliciesFor(mesh, workload), workload);
}

/**
 * The same for policies that are given: those of `holder`, the workload or the Gateway whose proxy reads them. `workload` is told of those
 * near it that do not hold.
 */
export function decide(
  mesh: Mesh,
  holder: Resource,
  seen: Seen,
  { inForce, known, crowd }: AuthorizationPolicies,
  workload?: Workload,
): Admittance {
  if (crowd !== undefined) return amongTooMany(holder, crowd);
  const effects = inForce.map((policy) => effectOf(mesh, policy, seen));
  return new Judgement(mesh, holder, seen, effects, known, workload).result();
}

function amongTooMany(resource: Resource, crowd: number): Admittance {
  const text = `${crowd} AuthorizationPolicies may hold for ${nameOf(resource)}, and so many are not held against a request`;
  const needs = [`fewer AuthorizationPolicies: so many for ${nameOf(resource)} are not looked into`];
  return { allowed: 'unknown', steps: [{ kind: 'authorization', text }], needs };
}

/** What one policy makes of a request. */
interface Effect {
  readonly policy: AuthorizationPolicy;
  readonly holds: PolicyInForce['holds'];
  /** undefined where that is not known. */
  readonly action: AuthorizationAction | undefined;
  readonly dryRun: boolean | undefined;
  readonly matches: Answer;
  /** Why it matches, or for each rule why it does not. */
  readonly reasons: readonly Reason[];
}

function effectOf(mesh: Mesh, { variants, holds }: PolicyInForce, seen: Seen): Effect {
  const effects = variants.map((policy) => variantEffect(mesh, policy, holds, seen));
  const [first] = effects as [Effect];
  const agree = effects.every(
    (e) => e.action === first.action && e.dryRun === first.dryRun && e.matches === first.matches,
  );
  if (agree) return first;
  const reasons = [{ field: first.policy.selection.field, why: 'its manifests differ' }];
  return { ...first, action: undefined, dryRun: undefined, matches: 'unknown', reasons };
}

function variantEffect(mesh: Mesh, policy: AuthorizationPolicy, holds: Effect['holds'], seen: Seen): Effect {
  const { action, dryRun, rules, settled, resource } = policy;
  const base = { policy, holds, action, dryRun };
  if (!settled || action === undefined)
    return { ...base, action: undefined, matches: 'unknown', reasons: [later(policy)] };
  const reasons: Reason[] = [];
  let open: Reason[] | undefined;
  for (const rule of rules) {
    const match = ruleMatches(mesh, rule, action, resource.namespace ?? '', seen);
    if (match.answer === 'yes') return { ...base, matches: 'yes', reasons: match.reasons };
    if (match.answer === 'unknown') open ??= [...match.reasons];
    reasons.push(...match.reasons.slice(0, 2));
  }
  if (open) return { ...base, matches: 'unknown', reasons: open };
  if (rules.length === 0) reasons.push({ field: resource.body.at('spec').at('rules'), why: 'it has no rules' });
  return { ...base, matches: 'no', reasons };
}

function later({ resource }: AuthorizationPolicy): Reason {
  return { field: resource.body.at('spec'), why: 'a patch or a later step may change it' };
}

const MOST_PASSED = 12;

class Judgement {
  readonly #mesh: Mesh;
  readonly #holder: Resource;
  readonly #workload: Workload | undefined;
  readonly #seen: Seen;
  readonly #all: readonly Effect[];
  readonly #known: boolean;

  constructor(
    mesh: Mesh,
    holder: Resource,
    seen: Seen,
    effects: readonly Effect[],
    known: boolean,
    workload: Workload | undefined,
  ) {
    this.#mesh = mesh;
    this.#holder = holder;
    this.#workload = workload;
    this.#seen = seen;
    this.#all = effects;
    this.#known = known;
  }

  result(): Admittance {
    const refused = this.#refusedByCustom() ?? this.#refusedByDeny();
    if (refused) return { allowed: false, steps: [refused], needs: [] };
    const needs = this.#known ? [] : [this.#unread()];
    const doubts = this.#doubts();
    const allows = this.#of('ALLOW');
    const sure = allows.filter((e) => e.holds === 'yes' && e.dryRun === false);
    const hit = sure.find((e) => e.matches === 'yes');
    if (!hit && sure.length > 0 && doubts.allow.length === 0 && this.#known) return this.#noneAllows(sure);
    const open = [...doubts.refuse, ...(hit ? [] : doubts.allow)];
    const steps = open.map((e) => this.#doubtStep(e));
    const allNeeds = [...needs, ...open.map((e) => needOf(e))];
    if (hit) steps.push(this.#step(hit, 'lets it in', this.#passedOver([hit])));
    else if (sure.length > 0) steps.push(this.#noneStep(sure, 'of the policies that were read, '));
    else steps.push(this.#nobodyRefuses());
    if (allNeeds.length === 0) return { allowed: true, steps, needs: [] };
    return { allowed: 'unknown', steps, needs: [...new Set(allNeeds)] };
  }

  #of(action: AuthorizationAction): readonly Effect[] {
    return this.#all.filter((e) => e.action === action && e.dryRun !== true);
  }

  #refusedByDeny(): Step | undefined {
    const deny = this.#of('DENY').find((e) => e.holds === 'yes' && e.dryRun === false && e.matches === 'yes');
    return deny && this.#step(deny, `refuses it${this.#how()}`, []);
  }

  // Without a provider to ask the proxy is told to refuse what the policy matches, and likewise where policies name different ones.
  #refusedByCustom(): Step | undefined {
    const sure = this.#of('CUSTOM').filter((e) => e.holds === 'yes' && e.dryRun === false);
    const providers = new Set(sure.map((e) => e.policy.provider.text()));
    for (const effect of sure) {
      if (effect.matches !== 'yes') continue;
      const { provider } = effect.policy;
      const name = provider.text();
      if (providers.size > 1 && !providers.has(undefined))
        return this.#step(
          effect,
          `refuses it${this.#how()}, since policies of action CUSTOM for the same pods name different providers`,
          [],
          provider,
        );
      if (name !== undefined && providerOf(this.#mesh, name) === 'missing')
        return this.#step(
          effect,
          `refuses it${this.#how()}, since MeshConfig has no extension provider ${name}`,
          [],
          provider,
        );
    }
    return undefined;
  }

  /** The policies that may refuse, and those that may let in, where nobody can say whether they do. */
  #doubts(): { refuse: readonly Effect[]; allow: readonly Effect[] } {
    const live = this.#all.filter((e) => e.dryRun !== true || e.action === 'CUSTOM');
    const refuse = live.filter((e) => {
      if (e.matches === 'no') return false;
      if (e.action === 'DENY') return true;
      if (e.action === 'CUSTOM') return this.#asks(e);
      return e.action === undefined;
    });
    const someHolds = this.#of('ALLOW').some((e) => e.holds === 'yes' && e.dryRun === false);
    // Where one holds for sure, another one may still let the request in; where none does, one that may hold would refuse it.
    const allow = live.filter((e) => e.action === 'ALLOW' && e.matches !== (someHolds ? 'no' : 'yes'));
    return { refuse, allow };
  }

  // A provider that speaks HTTP is not asked about plain TCP.
  #asks({ policy }: Effect): boolean {
    const name = policy.provider.text();
    return !(this.#seen.layer === 'tcp' && name !== undefined && providerOf(this.#mesh, name) === 'http');
  }

  #noneAllows(sure: readonly Effect[]): Admittance {
    return { allowed: false, steps: [this.#noneStep(sure, '')], needs: [] };
  }

  #noneStep(sure: readonly Effect[], whose: string): Step {
    const [first] = sure as [Effect];
    const count = sure.length === 1 ? nameOf(first.policy.resource) : `${sure.length} ALLOW policies`;
    const text = `${whose}${count} ${sure.length === 1 ? '(ALLOW) holds and does not match' : 'hold and none matches'}, so it is refused${this.#how()}`;
    const spec = first.policy.resource.body.at('spec');
    const field = spec.at('rules').exists ? spec.at('rules') : spec;
    return { kind: 'authorization', text, field, passedOver: this.#passedOver([]) };
  }

  #nobodyRefuses(): Step {
    const read = this.#known ? '' : ' that was read';
    const held = this.#all.some((e) => e.action === 'DENY' || e.action === 'CUSTOM');
    const text = held
      ? `no policy${read} refuses it, and no ALLOW policy holds, so it is let in`
      : `no AuthorizationPolicy${read} ${this.#all.length > 0 ? 'decides about' : 'holds for'} ${nameOf(this.#holder)}, so it is let in`;
    const near = this.#workload ? policiesPassedOver(this.#mesh, this.#workload) : [];
    const passedOver = [...this.#passedOver([]), ...near];
    return { kind: 'authorization', text, passedOver: passedOver.slice(0, MOST_PASSED) };
  }

  #doubtStep(effect: Effect): Step {
    const { policy, action, holds } = effect;
    const [reason] = effect.reasons;
    const asks = action === 'CUSTOM' && effect.matches === 'yes' && holds === 'yes';
    const text = asks
      ? `${nameOf(policy.resource)} (CUSTOM) leaves it to provider ${policy.provider.text() ?? '?'}, whose answer no file tells`
      : holds === 'unknown'
        ? `whether ${nameOf(policy.resource)} (${action ?? 'action not known'}) holds is not known`
        : `whether ${nameOf(policy.resource)} (${action ?? 'action not known'}) matches is not known: ${reason?.why ?? ''}`;
    return { kind: 'authorization', text, field: asks ? policy.provider : reason?.field };
  }

  #step(effect: Effect, what: string, passedOver: readonly PassedOver[], field?: Field): Step {
    const { policy, reasons, action } = effect;
    const why = reasons.map((r) => r.why).join(', and ');
    const text = `${nameOf(policy.resource)} (${action}) ${what}: ${why}`;
    return { kind: 'authorization', text, field: field ?? reasons[0]?.field, passedOver };
  }

  #passedOver(decided: readonly Effect[]): PassedOver[] {
    return this.#all
      .filter((e) => !decided.includes(e))
      .flatMap((e): PassedOver[] => {
        const { resource } = e.policy;
        if (e.dryRun)
          return [
            { resource, field: resource.annotations.at('istio.io/dry-run'), why: 'it is a dry run, which only counts' },
          ];
        if (e.action === 'AUDIT')
          return [{ resource, field: resource.body.at('spec').at('action'), why: 'AUDIT only logs' }];
        if (e.matches === 'no') return e.reasons.map(({ field, why }) => ({ resource, field, why }));
        return e.matches === 'yes' && e.action === 'ALLOW'
          ? [{ resource, field: e.reasons[0]?.field, why: 'it lets it in as well' }]
          : [];
      })
      .slice(0, MOST_PASSED);
  }

  #how(): string {
    return this.#seen.layer === 'http' ? ' with 403' : ', and the connection is closed';
  }

  #unread(): string {
    const { namespace = '' } = this.#holder;
    const root = this.#mesh.installation.rootNamespace.value;
    const spaces = namespace === root ? `namespace ${root}` : `namespaces ${namespace} and ${root}`;
    return `the AuthorizationPolicies of ${spaces}, or --closed-world where these are all`;
  }
}

function needOf({ policy, action, holds, matches, reasons }: Effect): string {
  const name = nameOf(policy.resource);
  if (holds === 'unknown') return `whether ${name} holds for these pods`;
  if (action === 'CUSTOM' && matches === 'yes')
    return `the answer of extension provider ${policy.provider.text() ?? '?'}`;
  return `more than the files say of ${name}: ${reasons[0]?.why ?? 'it is filled in later'}`;
}

/** An extension provider that a CUSTOM policy may ask: what it speaks, or that MeshConfig has none of the name. */
export function providerOf(mesh: Mesh, name: string): 'http' | 'grpc' | 'missing' | 'unknown' {
  const { value, certain, from } = mesh.installation.meshConfig;
  const list = value.extensionProviders;
  const found = Array.isArray(list) ? list.find((p) => isPlainMapping(p) && p.name === name) : undefined;
  if (isPlainMapping(found)) {
    if (isPlainMapping(found.envoyExtAuthzHttp)) return 'http';
    return isPlainMapping(found.envoyExtAuthzGrpc) ? 'grpc' : 'missing';
  }
  return certain && (from !== 'default' || mesh.settings.closedWorld) ? 'missing' : 'unknown';
}
