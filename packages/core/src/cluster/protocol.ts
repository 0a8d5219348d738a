import { istioAtLeast, kubernetesAtLeast, type MeshSettings } from '../installation/settings.ts';

/** What Istio takes the traffic of a port for. `auto`: found out from the first bytes (since 1.3). */
export type Protocol =
  | 'HTTP'
  | 'HTTP2'
  | 'HTTP_PROXY'
  | 'GRPC'
  | 'GRPC-Web'
  | 'TCP'
  | 'HTTPS'
  | 'TLS'
  | 'Mongo'
  | 'Redis'
  | 'MySQL'
  | 'Thrift'
  | 'UDP'
  | 'auto';

/** How the proxy treats a protocol: requests, opaque bytes, not at all, or as the first bytes tell. */
export type ProtocolClass = 'http' | 'tcp' | 'udp' | 'auto';

/** Where the protocol of a port was read. */
export type ProtocolSource = 'protocol' | 'appProtocol' | 'name' | 'wellKnownPort' | 'none';

/** What Istio takes the protocol of a port for, and what it read that from. */
export interface PortProtocol {
  readonly protocol: Protocol;
  readonly class: ProtocolClass;
  readonly source: ProtocolSource;
  /** The text it was read from: the port name or appProtocol; undefined when neither is written. */
  readonly text: string | undefined;
}

/** What is written of one Service port. Names that are not written are undefined. */
export interface PortFacts {
  /** The number of the Service port, not the target port. */
  readonly number: number | undefined;
  readonly name: string | undefined;
  /** L4: TCP unless written. */
  readonly protocol: string;
  /** undefined when absent or null; the empty text when it is written so. */
  readonly appProtocol: string | undefined;
}

/**
 * Service ports that Istio takes for TCP when nothing tells their protocol, since their servers speak first: SMTP, DNS,
 * MySQL, MongoDB. Source: `pkg/config/kube/conversion.go`, since 1.3.
 */
export const WELL_KNOWN_TCP_PORTS: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);

// First and last minor release that knows a token in a port name. Source: `pkg/config/protocol/instance.go` by tag.
const TOKENS: Readonly<Record<string, { protocol: Protocol; since: `1.${number}`; until?: `1.${number}` }>> = {
  tcp: { protocol: 'TCP', since: '1.0' },
  udp: { protocol: 'UDP', since: '1.0' },
  grpc: { protocol: 'GRPC', since: '1.0' },
  'grpc-web': { protocol: 'GRPC-Web', since: '1.1' },
  http: { protocol: 'HTTP', since: '1.0' },
  http2: { protocol: 'HTTP2', since: '1.0' },
  http_proxy: { protocol: 'HTTP_PROXY', since: '1.5' },
  https: { protocol: 'HTTPS', since: '1.0' },
  tls: { protocol: 'TLS', since: '1.0' },
  mongo: { protocol: 'Mongo', since: '1.0' },
  redis: { protocol: 'Redis', since: '1.0' },
  mysql: { protocol: 'MySQL', since: '1.1' },
  thrift: { protocol: 'Thrift', since: '1.6', until: '1.13' },
};

// Exact, case-sensitive values of appProtocol alone. Source: `pkg/config/kube/conversion.go`.
const APP_PROTOCOLS: Readonly<Record<string, { protocol: Protocol; since: `1.${number}` }>> = {
  'kubernetes.io/h2c': { protocol: 'HTTP2', since: '1.19' },
  'kubernetes.io/ws': { protocol: 'HTTP', since: '1.24' },
  'kubernetes.io/wss': { protocol: 'HTTPS', since: '1.24' },
};

const CLASSES: Readonly<Record<Protocol, ProtocolClass>> = {
  HTTP: 'http',
  HTTP2: 'http',
  HTTP_PROXY: 'http',
  GRPC: 'http',
  'GRPC-Web': 'http',
  TCP: 'tcp',
  HTTPS: 'tcp',
  TLS: 'tcp',
  Mongo: 'tcp',
  Redis: 'tcp',
  MySQL: 'tcp',
  Thrift: 'tcp',
  UDP: 'udp',
  auto: 'auto',
};

/** Which family a protocol belongs to. */
export function classOf(protocol: Protocol): ProtocolClass {
  return CLASSES[protocol];
}

/** The part of a name that Istio looks at: up to the first `-`, in lower case. `grpc-web` counts as one word. */
export function tokenOf(text: string): string {
  const lower = text.toLowerCase();
  if (lower.startsWith('grpc-web')) return 'grpc-web';
  const dash = lower.indexOf('-');
  return dash < 0 ? lower : lower.slice(0, dash);
}

/** The words that may begin a port name with this Istio, in alphabetical order. */
export function knownTokens(settings: MeshSettings): string[] {
  return Object.keys(TOKENS)
    .filter((token) => knows(settings, token))
    .sort();
}

/** Releases that know a word at the beginning of a port name; undefined when none does. */
export function tokenReleases(token: string): { readonly since: string; readonly until?: string } | undefined {
  return Object.hasOwn(TOKENS, token) ? TOKENS[token] : undefined;
}

/** The first Istio that understands an exact value of appProtocol; undefined when no such value exists. */
export function appProtocolSince(value: string): `1.${number}` | undefined {
  return Object.hasOwn(APP_PROTOCOLS, value) ? APP_PROTOCOLS[value]?.since : undefined;
}

/** Whether istiod and the API server look at appProtocol at all: Istio since 1.6, Kubernetes since 1.19 (beta, on). */
export function readsAppProtocol(settings: MeshSettings): boolean {
  return istioAtLeast(settings, '1.6') && kubernetesAtLeast(settings, '1.19');
}

/** The protocol that a word at the beginning of a port name stands for with this Istio. */
export function protocolOfText(settings: MeshSettings, text: string): Protocol | undefined {
  const word = tokenOf(text);
  // Istio 1.0 does not know `grpc-web` as one word: it stops at the first `-`, where `grpc` stands.
  const token = word === 'grpc-web' && !knows(settings, word) ? 'grpc' : word;
  return knows(settings, token) ? TOKENS[token]?.protocol : undefined;
}

/**
 * The protocol of a Service port, as istiod reads it. Source: `pkg/config/kube/conversion.go`, `pkg/config/protocol/instance.go`;
 * the steps by release are in the comments.
 */
export function portProtocol(settings: MeshSettings, port: PortFacts): PortProtocol {
  // UDP wins over every name, in all releases; before 1.3 SCTP was TCP whatever its name.
  if (port.protocol === 'UDP') return made('UDP', 'protocol', undefined);
  if (port.protocol === 'SCTP' && !istioAtLeast(settings, '1.3')) return made('TCP', 'protocol', undefined);
  const fromApp = port.appProtocol !== undefined && readsAppProtocol(settings);
  const text = fromApp ? port.appProtocol : port.name;
  const source = fromApp ? 'appProtocol' : 'name';
  if (fromApp && text !== undefined) {
    const since = appProtocolSince(text);
    if (since && istioAtLeast(settings, since)) return made(APP_PROTOCOLS[text]?.protocol as Protocol, source, text);
  }
  const protocol = text === undefined ? undefined : protocolOfText(settings, text);
  if (protocol !== undefined && text !== undefined) {
    // A name `udp-x` on a TCP port was plain TCP until 1.2; since 1.3 the port gets no listener at all.
    if (protocol === 'UDP' && !istioAtLeast(settings, '1.3')) return made('TCP', source, text);
    return made(protocol, source, text);
  }
  if (!istioAtLeast(settings, '1.3')) return made('TCP', 'none', text);
  if (port.number !== undefined && WELL_KNOWN_TCP_PORTS.has(port.number)) return made('TCP', 'wellKnownPort', text);
  return made('auto', 'none', text);
}

function knows(settings: MeshSettings, token: string): boolean {
  const releases = tokenReleases(token);
  if (!releases) return false;
  const next = releases.until ? (`1.${Number(releases.until.slice(2)) + 1}` as const) : undefined;
  return istioAtLeast(settings, releases.since as `1.${number}`) && !(next && istioAtLeast(settings, next));
}

function made(protocol: Protocol, source: ProtocolSource, text: string | undefined): PortProtocol {
  return { protocol, class: CLASSES[protocol], source, text };
}
