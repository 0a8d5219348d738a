import { applicationContainers, type Mesh, type Service, type ServicePort } from '@meshvet/core';

/** A protocol in which the server sends the first bytes, so that a proxy waiting for the client's waits for ever. */
export interface ServerFirst {
  /** Its name for people: "MySQL". */
  readonly name: string;
  /** What gave it away: "the image mysql:8 of container db", "target port 3306". */
  readonly evidence: string;
  /** The word that a port name should begin with. */
  readonly token: string;
}

// Port -> protocol. Source: istio.io, protocol selection (server-first protocols) and the registered ports of each; that a port number
// means its protocol is our guess, and said as one.
const PORTS: ReadonlyMap<number, readonly [name: string, token: string]> = new Map([
  [3306, ['MySQL', 'mysql']],
  [25, ['SMTP', 'tcp']],
  [465, ['SMTP', 'tcp']],
  [587, ['SMTP', 'tcp']],
  [21, ['FTP', 'tcp']],
  [143, ['IMAP', 'tcp']],
  [110, ['POP3', 'tcp']],
  [27017, ['MongoDB', 'mongo']],
  [4222, ['NATS', 'tcp']],
  [61616, ['OpenWire', 'tcp']],
  [22, ['SSH', 'tcp']],
]);

// The last part of an image's name -> the port its server speaks first on. A web front end of the same family has another name.
const IMAGES: ReadonlyMap<string, number> = new Map([
  ['mysql', 3306],
  ['mysql-server', 3306],
  ['mariadb', 3306],
  ['percona', 3306],
  ['percona-server', 3306],
  ['mongo', 27017],
  ['mongodb', 27017],
  ['nats', 4222],
]);

/** Why a Service port seems to carry a server-first protocol; undefined when nothing says so. UDP is none of it. */
export function serverFirstEvidence(mesh: Mesh, service: Service, port: ServicePort): ServerFirst | undefined {
  if (port.protocol !== 'TCP') return undefined;
  const behind = mesh.behind(service);
  const workloads = behind.state === 'found' && behind.value.certain ? behind.value.workloads : [];
  const numbers = new Set<number>();
  for (const workload of workloads) {
    const target = mesh.resolveTarget(port, workload);
    if (target.state === 'found') numbers.add(target.number);
    for (const container of applicationContainers(workload)) {
      const server = IMAGES.get(imageName(container.image));
      const name = server === undefined ? undefined : PORTS.get(server);
      // The image's own port, or the only port of the container: a metrics port beside it speaks HTTP.
      if (
        name &&
        target.state === 'found' &&
        (target.number === server || isOnlyPort(container.ports, target.number))
      ) {
        return { name: name[0], token: name[1], evidence: `image ${container.image} of container ${container.name}` };
      }
    }
  }
  if (typeof port.target === 'number') numbers.add(port.target);
  else if (port.target === undefined && port.number !== undefined) numbers.add(port.number);
  for (const number of numbers) {
    const name = PORTS.get(number);
    if (name) return { name: name[0], token: name[1], evidence: `target port ${number}` };
  }
  return undefined;
}

function isOnlyPort(ports: readonly { readonly number: number | undefined }[], number: number): boolean {
  return ports.length === 1 && ports[0]?.number === number;
}

/** The last part of an image's name, without registry, tag and digest: `mysql` of `docker.io/library/mysql:8@sha256:...`. */
function imageName(image: string): string {
  const path = image.split('@')[0]?.split('/').at(-1) ?? '';
  return path.split(':')[0]?.toLowerCase() ?? '';
}
