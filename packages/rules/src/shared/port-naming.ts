import {
  appProtocolSince,
  isPatchedAt,
  istioAtLeast,
  knownTokens,
  type Mesh,
  protocolOfText,
  readsAppProtocol,
  type Service,
  type ServicePort,
  tokenOf,
  tokenReleases,
} from '@meshvet/core';
import { readsPortsOf } from './audience.ts';
import { serverFirstEvidence } from './server-first.ts';

/** What is wrong, if anything, with the way a Service port tells its protocol. One port has one such defect at most. */
export type NamingDefect =
  | 'missing'
  | 'unknown'
  | 'missing-separator'
  | 'version-unsupported'
  | 'server-first'
  | 'app-protocol-empty'
  | 'app-protocol-unknown'
  | 'app-protocol-version';

/** The ports of a Service whose protocol Istio cannot read, each with its one defect. */
export function namingDefects(
  mesh: Mesh,
  service: Service,
): { readonly port: ServicePort; readonly defect: NamingDefect }[] {
  // For an ExternalName the name has another meaning and a rule of its own.
  if (service.type === 'ExternalName' || !readsPortsOf(mesh, service) || isPatchedAt(service.resource, 'spec', 'ports'))
    return [];
  return service.ports.flatMap((port) => {
    const defect = namingDefect(mesh, service, port);
    return defect ? [{ port, defect }] : [];
  });
}

function namingDefect(mesh: Mesh, service: Service, port: ServicePort): NamingDefect | undefined {
  if (port.unreadable || port.protocol === 'UDP') return undefined;
  const protocol = mesh.protocol(port);
  if (protocol.source === 'wellKnownPort') return undefined;
  const readsApp = port.appProtocol !== undefined && readsAppProtocol(mesh.settings);
  if (protocol.source === 'appProtocol') return undefined;
  if (protocol.source === 'name') return undefined;
  if (readsApp) {
    if (port.appProtocol === '') return 'app-protocol-empty';
    return needsNewer(mesh, port.appProtocol as string) ? 'app-protocol-version' : 'app-protocol-unknown';
  }
  // appProtocol is written, but this Istio or Kubernetes does not read it, and the name tells nothing.
  if (port.appProtocol) return 'app-protocol-version';
  if (serverFirstEvidence(mesh, service, port)) return 'server-first';
  if (port.name === undefined) return 'missing';
  if (tokenReleases(tokenOf(port.name))) return 'version-unsupported';
  return separatorSplit(mesh, port.name) ? 'missing-separator' : 'unknown';
}

function needsNewer(mesh: Mesh, appProtocol: string): boolean {
  const since = appProtocolSince(appProtocol) ?? tokenReleases(tokenOf(appProtocol))?.since;
  return since !== undefined && !istioAtLeast(mesh.settings, since as `1.${number}`);
}

/** How a name that begins with a protocol but lacks the `-` would read with it: `http2foo` is `http2-foo`. */
export function separatorSplit(mesh: Mesh, name: string): string | undefined {
  const lower = name.toLowerCase();
  const token = knownTokens(mesh.settings)
    .filter((t) => lower.startsWith(t) && lower.length > t.length && lower[t.length] !== '-')
    .sort((a, b) => b.length - a.length)[0];
  return token === undefined ? undefined : `${token}-${lower.slice(token.length).replace(/^[-_.]+/, '')}`;
}

/** The codes that other tools give a port whose protocol cannot be read, where they would speak of it too. */
export function namingCodes(mesh: Mesh, service: Service, port: ServicePort): string[] {
  const codes = ['IST0118'];
  if (kialiSpeaksOf(mesh, service)) codes.push(port.appProtocol === undefined ? 'KIA0601' : 'KIA0602');
  return codes;
}

/** Whether Kiali looks at the ports of a Service: in the mesh, or not known; not those that its own wizards make. */
export function kialiSpeaksOf(mesh: Mesh, service: Service): boolean {
  return !service.resource.labels.has('kiali_wizard') && mesh.membershipOfService(service).answer !== 'no';
}

/** Whether a word stands for a protocol with the configured Istio. */
export function isProtocol(mesh: Mesh, text: string): boolean {
  return protocolOfText(mesh.settings, text) !== undefined;
}
