import { asIpPrefix, prefixContains } from '../cluster/ip-prefix.ts';
import type { Resource } from '../manifest/resource.ts';
import { INBOUND_POLICIES } from '../proxy/linkerd-values.ts';
import type { Field } from '../source/field.ts';
import { LINKERD_POLICY_GROUP, readReference } from './objects.ts';

const LINKERD_SERVER = `${LINKERD_POLICY_GROUP}/Server`;

/** Something for which the webhook of the policy controller, or the API server, refuses a policy. */
export interface PolicyRefusal {
  readonly kind:
    | 'targetKind'
    | 'foreignNamespace'
    | 'severalIdentities'
    | 'severalNetworks'
    | 'authenticationKind'
    | 'identityKind'
    | 'rateLimitTarget'
    | 'rateLimitClient'
    | 'rateLimitZero'
    | 'rateLimitMore'
    | 'clientContradiction'
    | 'exceptOutside'
    | 'exceptWhole'
    | 'accessPolicy'
    | 'protocol'
    | 'networks'
    | 'parentPort'
    | 'path';
  readonly field: Field;
  /** What was written there. */
  readonly written: string;
}

/** The kinds that the webhook looks at, beside the routes. */
export const JUDGED_POLICIES: readonly string[] = [
  'AuthorizationPolicy',
  'EgressNetwork',
  'HTTPLocalRateLimitPolicy',
  'HTTPRoute',
  'MeshTLSAuthentication',
  'NetworkAuthentication',
  'Server',
  'ServerAuthorization',
].map((kind) => `${LINKERD_POLICY_GROUP}/${kind}`);

const IDENTITY_KINDS: ReadonlySet<string> = new Set([
  `${LINKERD_POLICY_GROUP}/MeshTLSAuthentication`,
  'ServiceAccount',
]);
const NETWORK_KIND = `${LINKERD_POLICY_GROUP}/NetworkAuthentication`;
// The webhook lets HTTPRoutes of its own group pass; its index reads those of the Gateway API too, and of these nothing is said.
const TARGETS: ReadonlySet<string> = new Set([
  LINKERD_SERVER,
  `${LINKERD_POLICY_GROUP}/HTTPRoute`,
  'gateway.networking.k8s.io/HTTPRoute',
  'gateway.networking.k8s.io/GRPCRoute',
  'Namespace',
]);
const MOST = 200;

/**
 * What a policy is refused for, as far as its manifest tells. Source: linkerd2 `policy-controller/runtime/src/admission.rs`, and the `oneOf` of the
 * definition of ServerAuthorization.
 */
export function policyRefusals(policy: Resource): readonly PolicyRefusal[] {
  if (policy.partial || policy.group !== LINKERD_POLICY_GROUP || policy.rewrites?.texts.length) return [];
  const spec = policy.body.at('spec');
  const own = policy.namespace ?? '';
  switch (policy.kind) {
    case 'AuthorizationPolicy':
      return [...ofTarget(spec, own), ...ofAuthentications(spec)];
    case 'MeshTLSAuthentication':
      return items(spec.at('identityRefs')).flatMap((field) => {
        const ref = policyReference(field);
        if (!ref) return [];
        if (ref.type !== 'ServiceAccount' && ref.type !== 'Namespace')
          return [refusal('identityKind', field.at('kind'))];
        return ref.type === 'Namespace' && ref.namespaceWritten
          ? [refusal('foreignNamespace', field.at('namespace'))]
          : [];
      });
    case 'NetworkAuthentication':
      return ofNetworks(spec);
    case 'EgressNetwork':
      return spec.at('networks').hasValue ? ofNetworks(spec) : [];
    case 'HTTPLocalRateLimitPolicy':
      return ofRateLimit(spec);
    case 'Server':
      return [...ofAccess(spec.at('accessPolicy')), ...ofProtocol(spec.at('proxyProtocol'))];
    case 'ServerAuthorization':
      return ofServerAuthorization(spec);
    case 'HTTPRoute':
      return [
        ...items(spec.at('parentRefs')).flatMap((field) =>
          policyReference(field)?.type === `${LINKERD_POLICY_GROUP}/EgressNetwork` && !field.at('port').hasValue
            ? [refusal('parentPort', field.at('name'))]
            : [],
        ),
        ...items(spec.at('rules')).flatMap((rule) => items(rule.at('matches')).flatMap(ofMatch)),
      ];
    default:
      return [];
  }
}

function ofTarget(spec: Field, own: string): PolicyRefusal[] {
  const field = spec.at('targetRef');
  const target = policyReference(field);
  if (!target) return [];
  if (!TARGETS.has(target.type)) return [refusal('targetKind', field.at('kind'), kindWords(field))];
  return target.type === 'Namespace' && own !== '' && target.name !== own
    ? [refusal('foreignNamespace', target.nameField)]
    : [];
}

function ofAuthentications(spec: Field): PolicyRefusal[] {
  const found: PolicyRefusal[] = [];
  let identities = 0;
  let networks = 0;
  for (const field of items(spec.at('requiredAuthenticationRefs'))) {
    const ref = policyReference(field);
    if (!ref) continue;
    if (IDENTITY_KINDS.has(ref.type)) {
      if (++identities === 2) found.push(refusal('severalIdentities', ref.nameField));
    } else if (ref.type === NETWORK_KIND) {
      if (++networks === 2) found.push(refusal('severalNetworks', ref.nameField));
    } else found.push(refusal('authenticationKind', field.at('kind'), kindWords(field)));
  }
  return found;
}

function ofNetworks(spec: Field): PolicyRefusal[] {
  const list = spec.at('networks');
  if (list.isList && list.items().length === 0) return [refusal('networks', list, '[]')];
  return items(list).flatMap(ofNetwork);
}

function ofNetwork(network: Field): PolicyRefusal[] {
  const cidr = prefixOf(network.at('cidr').string());
  if (cidr === undefined) return [];
  return items(network.at('except')).flatMap((field) => {
    const except = prefixOf(field.string());
    if (except === undefined) return [];
    if (prefixContains(except, cidr)) return [refusal('exceptWhole', field)];
    return prefixContains(cidr, except) ? [] : [refusal('exceptOutside', field)];
  });
}

// A single address stands for itself.
function prefixOf(text: string | undefined): string | undefined {
  return text === undefined || text.length > 60 ? undefined : asIpPrefix(text);
}

function ofRateLimit(spec: Field): PolicyRefusal[] {
  const target = spec.at('targetRef');
  const ref = policyReference(target);
  const found: PolicyRefusal[] = [];
  if (ref && ref.type !== LINKERD_SERVER) found.push(refusal('rateLimitTarget', target.at('kind'), kindWords(target)));
  const total = spec.at('total').at('requestsPerSecond');
  const limits = [spec.at('identity'), ...items(spec.at('overrides'))].map((one) => one.at('requestsPerSecond'));
  for (const limit of [total, ...limits]) if (limit.number() === 0) found.push(refusal('rateLimitZero', limit, '0'));
  const most = total.number();
  for (const limit of limits) {
    const number = limit.number();
    if (most !== undefined && number !== undefined && number > most)
      found.push(refusal('rateLimitMore', limit, `${number} over ${most}`));
  }
  for (const override of items(spec.at('overrides')))
    for (const client of items(override.at('clientRefs'))) {
      const type = policyReference(client)?.type;
      if (type !== undefined && type !== 'ServiceAccount') found.push(refusal('rateLimitClient', client.at('kind')));
    }
  return found;
}

// Also of a route without a type of the path: that is a prefix.
function ofMatch(match: Field): PolicyRefusal[] {
  const [type, value] = [match.at('path').at('type'), match.at('path').at('value')];
  const kind = type.hasValue ? type.string() : 'PathPrefix';
  const written = value.string();
  const isPath = kind === 'Exact' || kind === 'PathPrefix';
  return isPath && written !== undefined && !written.startsWith('/') ? [refusal('path', value)] : [];
}

function ofAccess(field: Field): PolicyRefusal[] {
  const written = field.string();
  return written !== undefined && !INBOUND_POLICIES.includes(written) ? [refusal('accessPolicy', field)] : [];
}

// Source: linkerd2 `policy-controller/k8s/api/src/policy/server.rs` (ProxyProtocol): what is none of these is no Server that can be read.
const PROTOCOLS: ReadonlySet<string> = new Set(['unknown', 'HTTP/1', 'HTTP/2', 'gRPC', 'opaque', 'TLS']);

function ofProtocol(field: Field): PolicyRefusal[] {
  const written = field.string();
  return written !== undefined && written !== '' && !PROTOCOLS.has(written) ? [refusal('protocol', field)] : [];
}

function ofServerAuthorization(spec: Field): PolicyRefusal[] {
  const found: PolicyRefusal[] = [];
  const client = spec.at('client');
  const tls = client.at('meshTLS');
  if (client.at('unauthenticated').boolean() === true && tls.isMapping)
    found.push(refusal('clientContradiction', client.at('unauthenticated'), 'unauthenticated beside meshTLS'));
  const named = tls.at('identities').items().length + tls.at('serviceAccounts').items().length;
  if (tls.at('unauthenticatedTLS').boolean() === true && named > 0)
    found.push(
      refusal(
        'clientContradiction',
        tls.at('unauthenticatedTLS'),
        'unauthenticatedTLS beside identities or serviceAccounts',
      ),
    );
  return [...found, ...items(client.at('networks')).flatMap(ofNetwork)];
}

function policyReference(field: Field) {
  const reference = readReference(field);
  if (!reference) return undefined;
  const { group, kind, namespace } = reference;
  return { ...reference, type: group === '' ? kind : `${group}/${kind}`, namespaceWritten: namespace !== undefined };
}

function items(list: Field): readonly Field[] {
  return (list.items() as Field[]).slice(0, MOST);
}

function refusal(kind: PolicyRefusal['kind'], field: Field, written = field.text() ?? ''): PolicyRefusal {
  return { kind, field, written };
}

function kindWords(ref: Field): string {
  const group = ref.at('group').string();
  return group ? `${ref.at('kind').string() ?? ''} of ${group}` : (ref.at('kind').string() ?? '');
}
