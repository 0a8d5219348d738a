import {
  type Mesh,
  nameTokens,
  type Service,
  type ServicePort,
  type SpokenProtocol,
  spokenProtocol,
} from '@meshvet/core';

/** What to name a port, as a sentence; undefined when nothing tells what it speaks. */
export function namingAdvice(mesh: Mesh, service: Service, port: ServicePort): string | undefined {
  const hint = spokenProtocol(mesh, service, port) ?? byLastWord(mesh, port) ?? byUsualPort(port);
  if (!hint) return undefined;
  return `Name the port ${nameWith(hint.token, port.name)}, or set appProtocol: ${hint.token} (${hint.evidence}).`;
}

type Hint = Pick<SpokenProtocol, 'token' | 'evidence'>;

// `otlp-grpc`: the author told the protocol, but at the end.
function byLastWord(mesh: Mesh, port: ServicePort): Hint | undefined {
  const last = port.name?.slice(port.name.lastIndexOf('-') + 1);
  return last !== undefined && nameTokens(mesh).includes(last)
    ? { token: last, evidence: 'its name ends with it' }
    : undefined;
}

function byUsualPort(port: ServicePort): Hint | undefined {
  const number = typeof port.target === 'number' ? port.target : port.number;
  const usual = number === undefined ? undefined : USUAL_PORTS.get(number);
  return usual && { token: usual[1], evidence: `${number} is the usual port of ${usual[0]}` };
}

// A protocol at the end of the name moves to its beginning; one that cannot be a part of a name stays out.
function nameWith(token: string, name: string | undefined): string {
  const rest = name?.endsWith(`-${token}`) ? name.slice(0, -token.length - 1) : name;
  const whole = rest !== undefined && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(rest) ? `${token}-${rest}` : token;
  return whole.length <= 63 ? whole : token;
}

// Servers whose clients speak first, so that no outage hangs on the name. Source: the registered ports of each.
const USUAL_PORTS: ReadonlyMap<number, readonly [name: string, token: string]> = new Map([
  [6379, ['Redis', 'redis']],
  [5432, ['PostgreSQL', 'tcp']],
  [9092, ['Kafka', 'tcp']],
  [5672, ['AMQP', 'tcp']],
  [1433, ['SQL Server', 'tcp']],
  [11211, ['memcached', 'tcp']],
  [9042, ['Cassandra', 'tcp']],
  [2181, ['ZooKeeper', 'tcp']],
]);
