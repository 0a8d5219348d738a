import { groupBy } from '../source/grouping.ts';
import type { ResourceRef } from './result.ts';
import type {
  DestinationReport,
  EndpointReport,
  StepReport,
  Told,
  TraceReport,
  UpstreamTls,
  Verdict,
} from './trace-result.ts';

/** What a trace comes to. */
export interface TraceAnswer {
  readonly verdict: Verdict;
  /** One line, which begins with the verdict. */
  readonly answer: string;
  /** The step that decided, where the verdict rests on one. */
  readonly reason?: StepReport | undefined;
}

/** How the answer begins. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  allowed: 'allowed',
  refused: 'refused',
  undelivered: 'not delivered',
  partial: 'in part',
  answered: 'answered by the proxy',
  passthrough: 'past the mesh',
  unknown: 'not known',
};

type Facts = Omit<TraceReport, 'verdict' | 'answer' | 'certain'>;

/** The answer to a trace: who gets the request, with which share, how, and whether it is let in. */
export function verdictOf(trace: Facts): TraceAnswer {
  const { verdict, words, reason } = wordsOf(trace);
  // What was not read may say something else.
  const hedge = isCertain(trace) || verdict === 'unknown' ? '' : ', as far as the files tell';
  const answer = `${VERDICT_WORDS[verdict]}${hedge}: ${words}`;
  return { verdict, answer, reason: reason && { ...reason, text: reasonWords(reason) } };
}

/** Whether nothing that was not read could say something else. */
export function isCertain({ needs, destinations = [] }: Facts): boolean {
  return needs.length === 0 && destinations.every(({ endpoints = [] }) => endpoints.every((e) => e.needs.length === 0));
}

interface Words {
  readonly verdict: Verdict;
  readonly words: string;
  readonly reason: StepReport | undefined;
}

function wordsOf(trace: Facts): Words {
  const last = trace.steps.at(-1);
  const end = (verdict: Verdict, words: string, reason = last): Words => ({ verdict, words, reason });
  if (atGateway(trace) === false) {
    const decided = trace.steps.findLast((step) => step.kind === 'authorization');
    const words = decided ? reasonWords(decided) : refusal(trace);
    // A call from a pod has no gateway on its way, but perhaps a waypoint.
    const who = trace.request?.gateway === false ? 'waypoint' : 'gateway';
    return end('refused', `by the ${who} itself: ${words}`, decided ?? last);
  }
  const told = last?.text;
  const { host, port } = trace.request;
  const by = trace.route ? `, as ${resourceName(trace.route.resource)} says` : '';
  switch (trace.outcome) {
    case 'forwarded':
      return ofForwarded(trace);
    case 'passthrough':
      return end('passthrough', `it goes to ${host}:${port} as it is${because(last)}`);
    case 'direct-response':
      // Without a route it is the virtual host that Istio makes for what it lets nobody reach.
      return trace.route
        ? end('answered', `${trace.status ?? 'a status of its own'}${by}`)
        : end('undelivered', `${trace.status ?? 502}${because(last)}`);
    case 'redirect':
      return end('answered', `a redirect${by}`);
    case 'https-redirect':
      return end('answered', `301 to https${because(last)}`);
    case 'no-route':
      return end('undelivered', told ?? '404: no route is for it');
    case 'blocked':
      return end('undelivered', told ?? 'the proxy lets nothing through to what it does not know');
    case 'no-listener':
      return end('undelivered', told ?? 'nothing listens there');
    case 'no-filter-chain':
    case 'protocol-error':
    case 'tls-required':
    case 'mtls-required':
      return end('undelivered', told ?? 'the connection is closed');
    case 'unknown':
      return end('unknown', told ?? trace.needs[0] ?? 'the files do not tell');
  }
}

/** Endpoints of a destination that fare alike. */
interface Share {
  /** The destination that they belong to. */
  readonly destination: DestinationReport;
  readonly names: readonly string[];
  readonly tls: UpstreamTls | undefined;
  readonly verdict: Verdict;
  /** What happens, in a clause; nothing where it is let in. */
  readonly why: string | undefined;
  readonly reason: StepReport | undefined;
}

function ofForwarded(trace: Facts): Words {
  const sent = (trace.destinations ?? []).filter((d) => d.weight > 0);
  const shares = sent.flatMap((destination) => sharesOf(trace, destination, sent.length === 1));
  const abort = trace.fault?.abort;
  const verdicts = new Set(shares.map((share) => share.verdict));
  const [only] = verdicts;
  const mixed: Verdict =
    verdicts.size === 1 ? (only as Verdict) : verdicts.has('unknown') && !served(verdicts) ? 'unknown' : 'partial';
  const verdict: Verdict =
    atGateway(trace) === 'unknown' && mixed !== 'undelivered'
      ? 'unknown'
      : abort && abort.percent >= 100
        ? 'answered'
        : shares.length === 0
          ? 'undelivered'
          : mixed;
  const words = shares.length === 0 ? 'the route sends it nowhere' : shareWords(trace, shares);
  const broken = abort
    ? `${abort.percent >= 100 ? '' : `${percent(abort.percent)} get `}${abort.status}, a fault that the route injects`
    : undefined;
  const text = broken === undefined ? words : abort && abort.percent >= 100 ? broken : `${words}; ${broken}`;
  const decided = shares.find((share) => share.verdict !== 'allowed') ?? shares[0];
  return { verdict, words: text, reason: decided?.reason };
}

/** Whether the gateway itself lets it in, as far as the files tell. */
function atGateway({ gatewayAllowed, gatewayAllowedAsRead }: Facts): Told | undefined {
  return gatewayAllowedAsRead ?? gatewayAllowed;
}

function served(verdicts: ReadonlySet<Verdict>): boolean {
  return verdicts.has('allowed') || verdicts.has('refused');
}

/** The step that says where a share goes: each destination has one, in their order, and those of mirrors stand before. */
function stepOf(trace: Facts, destination: DestinationReport): StepReport | undefined {
  const destinations = trace.destinations ?? [];
  const steps = trace.steps.filter((step) => step.kind === 'destination').slice(-destinations.length);
  return steps.length === destinations.length ? steps[destinations.indexOf(destination)] : undefined;
}

function sharesOf(trace: Facts, destination: DestinationReport, alone: boolean): Share[] {
  const { endpoints = [] } = destination;
  const step = stepOf(trace, destination);
  const reason: StepReport = step ?? { kind: 'destination', text: '' };
  const none = (verdict: Verdict, why: string): Share[] => [
    {
      destination,
      names: alone ? [] : [targetName(destination)],
      tls: undefined,
      verdict,
      why,
      reason: { ...reason, text: why },
    },
  ];
  if (destination.missing)
    return none('undelivered', step?.text ?? '503, since nothing that the caller sees defines it');
  if (endpoints.length === 0)
    return destination.endpointsUnknown
      ? none('unknown', `the pods of ${targetName(destination)} were not read`)
      : none('undelivered', `no pod stands behind ${targetName(destination)}`);
  const groups = new Map<string, Share>();
  for (const endpoint of endpoints) {
    const fate = fateOf(trace, endpoint);
    const key = `${fate.verdict}\n${endpoint.tls}\n${fate.why ?? ''}`;
    const name = `${endpoint.workload}:${endpoint.port}`;
    const known = groups.get(key);
    if (known) (known.names as string[]).push(name);
    else
      groups.set(key, {
        destination,
        names: [name],
        tls: endpoint.tls === 'unknown' ? undefined : endpoint.tls,
        ...fate,
      });
  }
  return [...groups.values()];
}

function fateOf(trace: Facts, endpoint: EndpointReport): Pick<Share, 'verdict' | 'why' | 'reason'> {
  const { steps } = endpoint;
  const { arrives, allowed } = endpoint.asRead ?? endpoint;
  const policy = steps.findLast((step) => step.kind === 'authorization');
  const door = steps.findLast((step) => step.kind !== 'authorization');
  if (arrives === false)
    return { verdict: 'undelivered', why: door?.text ?? 'its proxy closes the connection', reason: door };
  if (arrives === 'unknown')
    return {
      verdict: 'unknown',
      why: `the files do not tell whether its proxy takes the connection${because(door)}`,
      reason: door,
    };
  if (allowed === false)
    return { verdict: 'refused', why: policy ? reasonWords(policy) : refusal(trace), reason: policy ?? door };
  if (allowed === 'unknown')
    return { verdict: 'unknown', why: `the files do not tell whether it is let in${because(policy)}`, reason: policy };
  return { verdict: 'allowed', why: undefined, reason: policy ?? door };
}

// A request is answered with 403, a connection closed. Source: Envoy, filters http and network of RBAC.
function refusal({ handledAs }: Facts): string {
  return handledAs === 'http' ? '403' : 'the connection is closed';
}

/** What is the same of all shares is said once, at the end. */
function shareWords(trace: Facts, shares: readonly Share[]): string {
  const [first] = shares as [Share, ...Share[]];
  const sameTls = shares.every((share) => share.tls === first.tls);
  const sameWhy = shares.every((share) => share.why === first.why);
  const parts = [...groupBy(shares, (share) => share.destination)].map(([{ weight }, group]) => {
    const ends = group.map((share) => {
      const how = sameTls ? '' : tlsWords(trace, share.tls);
      const why = sameWhy ? '' : share.why === undefined ? ', let in' : `: ${share.why}`;
      return `${names(share.names)}${how}${why}`;
    });
    return `${weight >= 100 ? '' : `${percent(weight)} to `}${ends.join(sameWhy ? ' or ' : ', or ')}`;
  });
  const how = sameTls ? tlsWords(trace, first.tls) : '';
  return `${parts.join(sameWhy ? ', ' : '; ')}${how}${sameWhy && first.why !== undefined ? `${first.names.length > 0 ? ': ' : ''}${first.why}` : ''}`;
}

function tlsWords(trace: Facts, tls: UpstreamTls | undefined): string {
  const { request, handledAs } = trace;
  // A gateway that looks into the requests has taken the TLS of the caller off.
  const still = request.tls && !(request.gateway && handledAs === 'http');
  const inside = still ? ', and inside it the TLS of the caller once more' : '';
  switch (tls) {
    case undefined:
      return '';
    case 'istio':
      return ' over mTLS';
    case 'simple':
      return ` over TLS${inside}`;
    case 'mutual':
      return ` over TLS with a certificate of its own${inside}`;
    case 'none':
      return still ? ' over the TLS of the caller' : ' in plain text';
  }
}

// So many servers are named; the JSON has all of them.
const MOST_NAMES = 3;

function names(all: readonly string[]): string {
  const more = all.length - MOST_NAMES;
  if (more <= 0) return all.length < 3 ? all.join(' and ') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
  return `${all.slice(0, MOST_NAMES).join(', ')} and ${more} more`;
}

function resourceName({ kind, namespace, name }: ResourceRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function targetName({ host, port, subset }: DestinationReport): string {
  return `${subset === null ? '' : `subset ${subset} of `}${host.replace(/\.svc\.cluster\.local$/, '')}:${port}`;
}

function percent(number: number): string {
  return `${Number(number.toFixed(2))} %`;
}

/** What a step says; where one thing alone was passed over, that is why. */
function reasonWords({ text, passedOver = [] }: StepReport): string {
  const [only] = passedOver;
  return only && passedOver.length === 1 ? `${text} (${only.why})` : text;
}

function because(step: StepReport | undefined): string {
  return step ? `, ${step.text}` : '';
}
