import { WELL_KNOWN_TCP_PORTS } from '../cluster/protocol.ts';
import type { Service, ServicePort } from '../cluster/services.ts';
import { applicationContainers } from '../cluster/workloads.ts';
import { istioAtLeast } from '../installation/settings.ts';
import type { Mesh } from '../mesh/mesh.ts';

/** A protocol in which the server sends the first bytes, so that a proxy waiting for the client's waits for ever. */
export interface ServerFirst {
  /** Its name for people: "MySQL". */
  readonly name: string;
  /** What gave it away: "the image mysql:8 of container db", "target port 3306". */
  readonly evidence: string;
  /** The word that a port name should begin with. */
  readonly token: string;
  /** Istio's own list holds it, but its clients do speak first: detection finds TCP and nobody waits. */
  readonly listedOnly: boolean;
}

interface Family {
  readonly name: string;
  readonly token: string;
  readonly listedOnly?: boolean;
}

const MYSQL: Family = { name: 'MySQL', token: 'mysql' };
const SMTP: Family = { name: 'SMTP', token: 'tcp' };
const FTP: Family = { name: 'FTP', token: 'tcp' };
const IMAP: Family = { name: 'IMAP', token: 'tcp' };
const POP3: Family = { name: 'POP3', token: 'tcp' };
const SSH: Family = { name: 'SSH', token: 'tcp' };
const NATS: Family = { name: 'NATS', token: 'tcp' };
const OPENWIRE: Family = { name: 'OpenWire', token: 'tcp' };
// "Server First Protocols" of istio.io names MongoDB, because 27017 is a well-known port of istiod; in its wire protocol the client asks first.
const MONGODB: Family = { name: 'MongoDB', token: 'mongo', listedOnly: true };

// Port -> protocol. Source: istio.io, protocol selection (server-first protocols) and the registered ports of each; that a port number
// means its protocol is our guess, and said as one. 465, 993 and 995 begin with a TLS hello of the client, so they are none of it.
const PORTS: ReadonlyMap<number, Family> = new Map([
  [3306, MYSQL],
  [25, SMTP],
  [587, SMTP],
  [21, FTP],
  [143, IMAP],
  [110, POP3],
  [22, SSH],
  [4222, NATS],
  [61616, OPENWIRE],
  [27017, MONGODB],
]);

// A whole port name -> protocol. Not its first part: `nats-monitor` and `mysql-exporter` speak HTTP.
const NAMES: ReadonlyMap<string, Family> = new Map([
  ['mysql', MYSQL],
  ['mysqld', MYSQL],
  ['mariadb', MYSQL],
  ['smtp', SMTP],
  ['ftp', FTP],
  ['imap', IMAP],
  ['pop3', POP3],
  ['ssh', SSH],
  ['sshd', SSH],
  ['sftp', SSH],
  ['openwire', OPENWIRE],
]);

interface ServerImage {
  /** The ports that it speaks on as it comes, each with its protocol. */
  readonly ports: ReadonlyMap<number, Family>;
  /** It serves nothing but this protocol: a single port of another number is it as well. */
  readonly only?: Family;
}

function image(family: Family, ports: readonly number[], serves?: 'only'): ServerImage {
  return { ports: new Map(ports.map((port) => [port, family])), ...(serves ? { only: family } : {}) };
}

// The last part of an image's name -> what its server speaks first on, by the documentation of each. A web front end of the same family
// has another name. What stands in front of MySQL, or speaks as it does, greets its clients like MySQL.
const IMAGES: ReadonlyMap<string, ServerImage> = new Map([
  ['mysql', image(MYSQL, [3306], 'only')],
  ['mysql-server', image(MYSQL, [3306], 'only')],
  ['mariadb', image(MYSQL, [3306], 'only')],
  ['percona', image(MYSQL, [3306], 'only')],
  ['percona-server', image(MYSQL, [3306], 'only')],
  ['percona-xtradb-cluster', image(MYSQL, [3306])],
  ['proxysql', image(MYSQL, [6033, 6032])],
  ['mysql-router', image(MYSQL, [6446, 6447, 6450])],
  ['community-router', image(MYSQL, [6446, 6447, 6450])],
  ['maxscale', image(MYSQL, [3306, 4006, 4008])],
  ['tidb', image(MYSQL, [4000])],
  ['mongo', image(MONGODB, [27017], 'only')],
  ['mongodb', image(MONGODB, [27017], 'only')],
  ['nats', image(NATS, [4222])],
  ['sftp', image(SSH, [22], 'only')],
  ['openssh-server', image(SSH, [2222], 'only')],
  ['vsftpd', image(FTP, [21])],
  ['postfix', image(SMTP, [25, 587])],
  ['mailhog', image(SMTP, [1025])],
  ['mailpit', image(SMTP, [1025])],
  ['maildev', image(SMTP, [1025])],
]);

// MySQL's X protocol: the client asks first, so it is not what the image is known for.
const MYSQL_X = 33060;

/**
 * Why a Service port seems to carry a server-first protocol; undefined when nothing says so, and where Istio never waits for bytes: UDP,
 * the well-known ports, and Istio before 1.3.
 */
export function serverFirstEvidence(mesh: Mesh, service: Service, port: ServicePort): ServerFirst | undefined {
  if (port.protocol !== 'TCP' || !istioAtLeast(mesh.settings, '1.3')) return undefined;
  if (port.number !== undefined && WELL_KNOWN_TCP_PORTS.has(port.number)) return undefined;
  return serverFirstAt(mesh, service, port);
}

/** Why a Service port of TCP seems to carry a server-first protocol, whatever proxy stands before it; undefined when nothing says so. */
export function serverFirstAt(mesh: Mesh, service: Service, port: ServicePort): ServerFirst | undefined {
  return (
    byPods(mesh, service, port) ?? byNumber(port.target, 'target port') ?? byNumber(port.number, 'port') ?? byName(port)
  );
}

/**
 * Why a port that is declared as plain TCP seems to carry a server-first protocol: its number, or what its name says behind `tcp-`.
 * undefined when nothing says so. Of MongoDB nobody waits for the server.
 */
export function declaredServerFirst(number: number, name: string | undefined): ServerFirst | undefined {
  const told = byNumber(number, 'port') ?? (name === undefined ? undefined : byWord(name.replace(/^tcp-/, ''), name));
  return told?.listedOnly ? undefined : told;
}

function byPods(mesh: Mesh, service: Service, port: ServicePort): ServerFirst | undefined {
  const behind = mesh.behind(service);
  if (behind.state !== 'found' || !behind.value.certain) return undefined;
  for (const workload of behind.value.workloads) {
    const target = mesh.resolveTarget(port, workload);
    if (target.state !== 'found' || target.number === MYSQL_X) continue;
    for (const container of applicationContainers(workload)) {
      const server = IMAGES.get(imageName(container.image));
      if (!server) continue;
      // The image's own port, or the only port of the container: a metrics port beside it speaks HTTP.
      const family =
        server.ports.get(target.number) ?? (isOnlyPort(container.ports, target.number) ? server.only : undefined);
      if (family) return made(family, `image ${container.image} of container ${container.name}`);
    }
    const found = byNumber(target.number, 'target port');
    if (found) return found;
  }
  return undefined;
}

function byNumber(number: number | string | undefined, what: string): ServerFirst | undefined {
  const family = typeof number === 'number' ? PORTS.get(number) : undefined;
  return family && made(family, `${what} ${number}`);
}

function byName(port: ServicePort): ServerFirst | undefined {
  const target = typeof port.target === 'string' ? port.target : undefined;
  const ofName = port.name === undefined ? undefined : byWord(port.name, port.name);
  if (ofName) return ofName;
  const ofTarget = target === undefined ? undefined : NAMES.get(target);
  return ofTarget && made(ofTarget, `targetPort ${target}`);
}

function byWord(word: string, written: string): ServerFirst | undefined {
  const family = NAMES.get(word);
  return family && made(family, `port name ${written}`);
}

function made({ name, token, listedOnly = false }: Family, evidence: string): ServerFirst {
  return { name, token, evidence, listedOnly };
}

function isOnlyPort(ports: readonly { readonly number: number | undefined }[], number: number): boolean {
  return ports.length === 1 && ports[0]?.number === number;
}

/** The last part of an image's name, without registry, tag and digest: `mysql` of `docker.io/library/mysql:8@sha256:...`. */
function imageName(image: string): string {
  const path = image.split('@')[0]?.split('/').at(-1) ?? '';
  return path.split(':')[0]?.toLowerCase() ?? '';
}
