import {
  appProtocolSince,
  knownTokens,
  protocolOfText,
  readsAppProtocol,
  tokenOf,
  tokenReleases,
} from '../cluster/protocol.ts';
import type { Service, ServicePort } from '../cluster/services.ts';
import { istioAtLeast } from '../installation/settings.ts';
import { isPatchedAt } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { serverFirstEvidence } from './server-first.ts';
import { readsPortsOf } from './service-ports.ts';

/** What is wrong, if anything, with the way a Service port tells its protocol. One port has one such defect at most. */
export type NamingDefect =
  | 'missing'
  | 'unknown'
  | 'missing-separator'
  | 'version-unsupported'
  | 'udp-on-tcp'
  | 'server-first'
  | 'app-protocol-empty'
  | 'app-protocol-unknown'
  | 'app-protocol-version'
  | 'app-protocol-prefix-form';

/** A Service port, and what is wrong with the way it tells its protocol. */
export interface DefectivePort {
  readonly port: ServicePort;
  readonly defect: NamingDefect;
}

/** The ports of a Service whose protocol is told badly or not at all, each with its one defect. */
export function namingDefects(mesh: Mesh, service: Service): readonly DefectivePort[] {
  return mesh.derive(defectsByService).get(service) ?? [];
}

// Found once for all rules that speak of one defect each.
function defectsByService(mesh: Mesh): ReadonlyMap<Service, readonly DefectivePort[]> {
  return new Map(mesh.services.map((service) => [service, findDefects(mesh, service)]));
}

function findDefects(mesh: Mesh, service: Service): readonly DefectivePort[] {
  // For an ExternalName the name has another meaning and a rule of its own.
  if (service.type === 'ExternalName' || isPatchedAt(service.resource, 'spec', 'ports')) return [];
  const defective = service.ports.flatMap((port) => {
    const defect = namingDefect(mesh, service, port);
    return defect ? [{ port, defect }] : [];
  });
  return defective.length > 0 && readsPortsOf(mesh, service) ? defective : [];
}

function namingDefect(mesh: Mesh, service: Service, port: ServicePort): NamingDefect | undefined {
  // The proxy takes no UDP and no SCTP (the rules of iptables say `-p tcp`), so there is nothing to name.
  if (port.unreadable || port.protocol !== 'TCP') return undefined;
  const { source, protocol } = mesh.protocol(port);
  if (protocol === 'UDP') return 'udp-on-tcp';
  if (port.appProtocol !== undefined && readsAppProtocol(mesh.settings))
    return appProtocolDefect(mesh, port, port.appProtocol, source);
  // appProtocol is written, but this Istio or Kubernetes does not look at it.
  if (port.appProtocol && missesAppProtocol(mesh, port, port.appProtocol)) return 'app-protocol-version';
  if (source === 'wellKnownPort') return undefined;
  if (source === 'name') return isOldGrpcWeb(mesh, port) ? 'version-unsupported' : undefined;
  if (serverFirstEvidence(mesh, service, port)) return 'server-first';
  if (port.name === undefined) return 'missing';
  if (tokenReleases(tokenOf(port.name))) return 'version-unsupported';
  return separatorSplit(mesh, port.name) ? 'missing-separator' : 'unknown';
}

function appProtocolDefect(mesh: Mesh, port: ServicePort, text: string, source: string): NamingDefect | undefined {
  if (source === 'appProtocol') return isPrefixForm(text) ? 'app-protocol-prefix-form' : undefined;
  // A well-known port is TCP whatever is written; only a name that says otherwise is lost.
  if (source === 'wellKnownPort' && classOfName(mesh, port) !== 'http') return undefined;
  if (text === '') return 'app-protocol-empty';
  return appProtocolReleases(text) ? 'app-protocol-version' : 'app-protocol-unknown';
}

/** `http-foo`, which istiod reads up to the `-`; `kubernetes.io/h2c` and `grpc-web` are whole words. */
function isPrefixForm(text: string): boolean {
  return appProtocolSince(text) === undefined && text.length > tokenOf(text).length;
}

/** Whether the appProtocol that is not looked at would have told more than the name does, or another thing. */
function missesAppProtocol(mesh: Mesh, port: ServicePort, text: string): boolean {
  if (!appProtocolReleases(text)) return false;
  const read = mesh.protocol(port);
  if (read.source === 'none') return read.protocol === 'auto' || classOfText(text) === 'http';
  return classOfText(text) !== read.class;
}

function classOfName(mesh: Mesh, port: ServicePort): 'http' | 'tcp' | undefined {
  return port.name === undefined || protocolOfText(mesh.settings, port.name) === undefined
    ? undefined
    : classOfText(port.name);
}

// Of any protocol that some release knows: the configured one need not.
function classOfText(text: string): 'http' | 'tcp' {
  return HTTP_WORDS.has(tokenOf(text)) || text === 'kubernetes.io/h2c' || text === 'kubernetes.io/ws' ? 'http' : 'tcp';
}

const HTTP_WORDS: ReadonlySet<string> = new Set(['http', 'http2', 'http_proxy', 'grpc', 'grpc-web']);

/** The releases of Istio that understand a value of appProtocol; undefined when none does. */
export function appProtocolReleases(text: string): { readonly since: string; readonly until?: string } | undefined {
  const exact = appProtocolSince(text);
  return exact ? { since: exact } : tokenReleases(tokenOf(text));
}

// Istio 1.0 reads `grpc-web` up to its first `-`: plain gRPC, without the filter that grpc-web needs.
function isOldGrpcWeb(mesh: Mesh, port: ServicePort): boolean {
  return port.name !== undefined && tokenOf(port.name) === 'grpc-web' && !istioAtLeast(mesh.settings, '1.1');
}

/** How a name that begins with a protocol but lacks the `-` would read with it: `http2foo` is `http2-foo`. */
export function separatorSplit(
  mesh: Mesh,
  name: string,
): { readonly token: string; readonly split: string } | undefined {
  const lower = name.toLowerCase();
  const token = nameTokens(mesh)
    .filter((t) => lower.startsWith(t) && lower.length > t.length && lower[t.length] !== '-')
    .sort((a, b) => b.length - a.length)[0];
  // `grpcweb` lacks the `-` inside the word.
  if (lower.startsWith('grpcweb') && token === 'grpc')
    return { token: 'grpc-web', split: `grpc-web${joined(lower.slice(7))}` };
  return token === undefined ? undefined : { token, split: `${token}${joined(lower.slice(token.length))}` };
}

function joined(rest: string): string {
  const suffix = rest.replace(/^[-_.]+/, '');
  return suffix === '' ? '' : `-${suffix}`;
}

/** The words that may begin the name of a TCP port: all that Istio knows, without those that Kubernetes or the port's TCP rule out. */
export function nameTokens(mesh: Mesh): readonly string[] {
  return mesh.derive(findNameTokens);
}

function findNameTokens(mesh: Mesh): readonly string[] {
  return knownTokens(mesh.settings).filter((token) => token !== 'http_proxy' && token !== 'udp');
}
