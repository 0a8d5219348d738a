import type { Workload } from '../cluster/workloads.ts';
import { linkerdIdentity } from '../linkerd/linkerd-identity.ts';
import { hasLinkerd, linkerdSetting } from '../linkerd/linkerd-proxy.ts';
import { isInPortList } from '../linkerd/opaque-ports.ts';
import type { Answer } from '../manifest/lookup.ts';
import { isPatchedAt, nameOf, type Resource } from '../manifest/resource.ts';
import { matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { INBOUND_POLICIES } from '../proxy/linkerd-values.ts';
import type { Field } from '../source/field.ts';
import { authorizationsOf, authorizationsOfRoute } from './authorizations.ts';
import { LINKERD_POLICY_GROUP, objectsNamed, readReference } from './objects.ts';
import { type PlainRequest, routeTakes } from './probes.ts';
import { inboundRoutes } from './routes.ts';
import { type Server, serverPortIn, serversIn } from './servers.ts';

/** Who calls, as the proxy of the server sees it. */
export interface LinkerdCaller {
  /** The account in the certificate of the caller's proxy; undefined where the caller has none, and so no identity. */
  readonly account: { readonly namespace: string; readonly name: string } | undefined;
  /** Whether that is known at all. */
  readonly known: boolean;
}

/** What Linkerd's policies make of a call to a port of pods. */
export interface LinkerdAdmission {
  readonly allowed: boolean | 'unknown';
  readonly steps: readonly { readonly text: string; readonly field?: Field | undefined }[];
  readonly needs: readonly string[];
}

const DEFAULT_POLICY = 'config.linkerd.io/default-inbound-policy';

/** The Server that holds for a port of a workload: the first by name of those that select it. The age that decides first no file tells. */
export function serverFor(mesh: Mesh, workload: Workload, port: number): Server | undefined {
  return serversIn(mesh, workload.resource.namespace)
    .filter(
      (server) =>
        server.pods && matches(server.pods, workload.podLabels) === 'yes' && serverPortIn(server, workload) === port,
    )
    .sort((a, b) => (a.resource.name < b.resource.name ? -1 : 1))[0];
}

/** The policy for ports without a Server: the annotation of the pods or the namespace, else the default of the chart. */
export function defaultPolicyOf(mesh: Mesh, workload: Workload): { readonly policy: string; readonly field?: Field } {
  const setting = linkerdSetting(mesh, workload, DEFAULT_POLICY);
  const known = setting && INBOUND_POLICIES.includes(setting.value);
  return known ? { policy: setting.value, field: setting.field } : { policy: 'all-unauthenticated' };
}

/**
 * What Linkerd's policies make of a call: the Server of the port with its routes and authorizations, or the default policy where there is no
 * Server. Source: linkerd.io, Authorization Policy; linkerd2 `policy-controller/k8s/index/src/inbound/index.rs`.
 */
export function admissionOf(
  mesh: Mesh,
  workload: Workload,
  port: number,
  caller: LinkerdCaller,
  request: PlainRequest | undefined,
): LinkerdAdmission {
  const skipped = linkerdSetting(mesh, workload, 'config.linkerd.io/skip-inbound-ports');
  if (skipped && isInPortList(skipped.value, port))
    return {
      allowed: true,
      steps: [
        { text: `port ${port} goes past the proxy (skip-inbound-ports), and no policy sees it`, field: skipped.field },
      ],
      needs: [],
    };
  const server = serverFor(mesh, workload, port);
  if (!server) return byDefault(mesh, workload, port, caller);
  const name = nameOf(server.resource);
  const first = { text: `port ${port} is that of ${name}`, field: server.portField };
  const routes = inboundRoutes(mesh).get(`${server.namespace}/${server.resource.name}`) ?? [];
  const authorizations = [...authorizationsOf(mesh, server)];
  const steps = [first as { text: string; field?: Field | undefined }];
  if (routes.length > 0) {
    const takes = routes.map((route) => ({
      route,
      answer: request ? routeTakes(route, request) : ('unknown' as const),
    }));
    const hit = takes.find(({ answer }) => answer === 'yes');
    if (!hit && takes.some(({ answer }) => answer === 'unknown'))
      return { allowed: 'unknown', steps, needs: [`which route before ${name} takes the request`] };
    if (!hit)
      return {
        allowed: false,
        steps: [
          ...steps,
          { text: `no route before ${name} takes the request, so it gets 404`, field: routes[0]?.resource.body },
        ],
        needs: [],
      };
    steps.push({ text: `${nameOf(hit.route.resource)} takes the request`, field: hit.route.resource.body });
    authorizations.push(...authorizationsOfRoute(mesh, hit.route.resource));
  }
  const looked = authorizations.map(({ resource }) => ({ resource, ...admits(mesh, resource, caller) }));
  const hit = looked.find(({ answer }) => answer === 'yes');
  if (hit)
    return {
      allowed: true,
      steps: [...steps, { text: `${nameOf(hit.resource)} lets it in: ${hit.why}`, field: hit.resource.body }],
      needs: [],
    };
  const open = looked.filter(({ answer }) => answer === 'unknown');
  const why = looked
    .slice(0, 4)
    .map((one) => `${nameOf(one.resource)}: ${one.why}`)
    .join('; ');
  if (open.length > 0)
    return {
      allowed: 'unknown',
      steps: [...steps, { text: `whether a policy lets it in is not known (${why})` }],
      needs: open.map((one) => `${nameOf(one.resource)}: ${one.why}`),
    };
  const { accessPolicy } = server;
  if (accessPolicy === undefined) return { allowed: 'unknown', steps, needs: [`the accessPolicy of ${name}`] };
  const answer = byPolicy(accessPolicy, caller);
  const none = looked.length === 0 ? 'no policy is for it' : `no policy lets it in (${why})`;
  const step = {
    text: `${none}, and accessPolicy is ${accessPolicy}, ${answer === 'no' ? 'so it is refused' : answer === 'yes' ? 'so it is let in' : 'and who calls is not known'}`,
    field: server.resource.body.at('spec'),
  };
  return {
    allowed: answer === 'unknown' ? 'unknown' : answer === 'yes',
    steps: [...steps, step],
    needs: answer === 'unknown' ? ['who calls'] : [],
  };
}

function byDefault(mesh: Mesh, workload: Workload, port: number, caller: LinkerdCaller): LinkerdAdmission {
  const { policy, field } = defaultPolicyOf(mesh, workload);
  const answer = byPolicy(policy, caller);
  const whose = field ? 'the annotation says' : 'the default of the chart is';
  const text = `no Server is for port ${port}, and ${whose} ${policy}: ${answer === 'yes' ? 'it is let in' : answer === 'no' ? 'it is refused' : 'who calls is not known'}`;
  const needs = [
    ...(answer === 'unknown' ? ['whether the caller has a proxy of Linkerd'] : []),
    ...(field || mesh.settings.closedWorld
      ? []
      : ['the Servers of the namespace, and the default policy of the installation, or --closed-world']),
  ];
  return { allowed: needs.length > 0 ? 'unknown' : answer === 'yes', steps: [{ text, field }], needs };
}

function byPolicy(policy: string, { account, known }: LinkerdCaller): Answer {
  if (policy === 'deny') return 'no';
  if (!policy.endsWith('-authenticated')) return 'yes';
  return !known ? 'unknown' : account ? 'yes' : 'no';
}

interface Look {
  readonly answer: Answer;
  readonly why: string;
}

/** Whether an authorization lets a caller in. */
function admits(mesh: Mesh, resource: Resource, caller: LinkerdCaller): Look {
  if (isPatchedAt(resource, 'spec')) return { answer: 'unknown', why: 'a patch may change it' };
  const spec = resource.body.at('spec');
  if (resource.kind === 'ServerAuthorization') return byClient(spec.at('client'), resource.namespace ?? '', caller);
  const references = (spec.at('requiredAuthenticationRefs').items() as Field[]).slice(0, 50).map(readReference);
  if (references.length === 0) return { answer: 'yes', why: 'it requires nothing' };
  const looks = references.map((reference): Look => {
    if (!reference) return { answer: 'unknown', why: 'a reference is filled in later' };
    const { kind, name, namespace = resource.namespace ?? '' } = reference;
    if (kind === 'ServiceAccount') return sameAccount(caller, namespace, name);
    const type = `${LINKERD_POLICY_GROUP}/${kind}`;
    const [found] = objectsNamed(mesh, type, namespace, name);
    if (!found)
      return mesh.settings.closedWorld
        ? { answer: 'no', why: `${kind} ${namespace}/${name} is not there` }
        : { answer: 'unknown', why: `${kind} ${namespace}/${name} was not read` };
    if (kind === 'MeshTLSAuthentication') return byMeshTls(found, caller);
    return byNetworks(found.body.at('spec').at('networks'));
  });
  return (
    looks.find(({ answer }) => answer === 'no') ??
    looks.find(({ answer }) => answer === 'unknown') ??
    (looks[0] as Look)
  );
}

function byClient(client: Field, own: string, caller: LinkerdCaller): Look {
  const networks = client.at('networks');
  const near = networks.hasValue ? byNetworks(networks) : undefined;
  if (near?.answer === 'no') return near;
  if (client.at('unauthenticated').value === true) return near ?? { answer: 'yes', why: 'it asks for no identity' };
  const tls = client.at('meshTLS');
  if (tls.at('unauthenticatedTLS').value === true) return { answer: 'yes', why: 'it asks for TLS without identity' };
  if (!tls.hasValue) return near ?? { answer: 'no', why: 'it names no clients' };
  const identities = (tls.at('identities').items() as Field[]).flatMap((one) => one.string() ?? []);
  const accounts = (tls.at('serviceAccounts').items() as Field[]).map((one) =>
    sameAccount(caller, one.at('namespace').string() ?? own, one.at('name').string() ?? ''),
  );
  const look = anyOf([byIdentities(identities, caller), ...accounts]);
  return look.answer === 'yes' && near?.answer === 'unknown' ? near : look;
}

function byMeshTls({ body, namespace: own = '' }: Resource, caller: LinkerdCaller): Look {
  const spec = body.at('spec');
  const identities = (spec.at('identities').items() as Field[]).flatMap((one) => one.string() ?? []);
  const references = (spec.at('identityRefs').items() as Field[]).map((one): Look => {
    const name = one.at('name').string() ?? '';
    if (one.at('kind').string() === 'Namespace') return sameNamespace(caller, name);
    return sameAccount(caller, one.at('namespace').string() ?? own, name);
  });
  return anyOf([byIdentities(identities, caller), ...references]);
}

function anyOf(looks: readonly Look[]): Look {
  return (
    looks.find(({ answer }) => answer === 'yes') ??
    looks.find(({ answer }) => answer === 'unknown') ??
    looks.at(-1) ?? { answer: 'no', why: 'it names nobody' }
  );
}

const WITHOUT: Look = { answer: 'no', why: 'the caller has no proxy of Linkerd, and so no identity' };
const UNKNOWN: Look = { answer: 'unknown', why: 'who calls is not known' };

function sameAccount({ account, known }: LinkerdCaller, namespace: string, name: string): Look {
  if (!known) return UNKNOWN;
  if (!account) return WITHOUT;
  const same = account.namespace === namespace && account.name === name;
  return {
    answer: same ? 'yes' : 'no',
    why: `the caller is ${account.namespace}/${account.name}${same ? '' : `, not ${namespace}/${name}`}`,
  };
}

function sameNamespace({ account, known }: LinkerdCaller, name: string): Look {
  if (!known) return UNKNOWN;
  if (!account) return WITHOUT;
  const same = account.namespace === name;
  return {
    answer: same ? 'yes' : 'no',
    why: `the caller is of namespace ${account.namespace}${same ? '' : `, not ${name}`}`,
  };
}

function byIdentities(identities: readonly string[], { account, known }: LinkerdCaller): Look {
  if (!known) return UNKNOWN;
  if (!account) return WITHOUT;
  const own = `${account.name}.${account.namespace}.serviceaccount.identity.`;
  // Which namespace and trust domain stand at the end the installation says; they are taken as they are written.
  const fits = identities.some((text) => {
    if (text === '*') return true;
    // A star stands for others only alone and as the first label.
    if (text.startsWith('*.'))
      return (
        linkerdIdentity(account.namespace, account.name).endsWith(text.slice(1)) ||
        text.slice(1).startsWith(`.${account.namespace}.serviceaccount.identity.`)
      );
    return text.startsWith(own);
  });
  return {
    answer: fits ? 'yes' : 'no',
    why: `the caller is ${account.namespace}/${account.name}${fits ? '' : ', which it does not name'}`,
  };
}

// Of addresses only those that are everybody's are known beforehand.
function byNetworks(networks: Field): Look {
  const all = (networks.items() as Field[]).some(
    (one) => ['0.0.0.0/0', '::/0'].includes(one.at('cidr').string() ?? '') && one.at('except').items().length === 0,
  );
  return all
    ? { answer: 'yes', why: 'it takes every address' }
    : { answer: 'unknown', why: 'the address of the caller is in no file' };
}

/** Who a workload is to Linkerd's proxies. */
export function linkerdCallerOf(mesh: Mesh, workload: Workload | undefined): LinkerdCaller {
  if (!workload) return { account: undefined, known: false };
  const answer = hasLinkerd(mesh, workload);
  if (answer !== 'yes') return { account: undefined, known: answer === 'no' };
  const written = workload.podSpec.at('serviceAccountName');
  const name = written.hasValue ? written.text() : 'default';
  const { namespace } = workload.resource;
  if (name === undefined || namespace === undefined || mesh.assumesNamespace(workload.resource))
    return { account: undefined, known: false };
  return { account: { namespace, name }, known: true };
}
