import {
  applicationContainers,
  type Container,
  type Field,
  isPatchedAt,
  type Mesh,
  type Service,
  type ServicePort,
  tokenOf,
  type Workload,
} from '@meshvet/core';
import { nameTokens } from './port-naming.ts';

/** What the pods behind a Service port seem to speak, and what says so. */
export interface SpokenProtocol {
  /** The word that a port name should begin with: `https`. */
  readonly token: string;
  /** What says so, in words: "container port https-api of container app". */
  readonly evidence: string;
  readonly field: Field;
}

/**
 * What the target of a Service port tells of its protocol: the name of the targetPort, the names of the container ports it reaches, and
 * the probes that go there. undefined when nothing tells, or when two of them say different things.
 */
export function spokenProtocol(mesh: Mesh, service: Service, port: ServicePort): SpokenProtocol | undefined {
  const told = [...byTargetName(mesh, port), ...podsBehind(mesh, service).flatMap((w) => byPod(mesh, port, w))];
  const [first] = told;
  return first && told.every((one) => one.token === first.token) ? first : undefined;
}

/**
 * Whether anything about a Service port or the pods behind it speaks of TLS at all. Nearly never: asked first, it saves a closer look
 * at every port of every Service.
 */
export function mentionsTls(mesh: Mesh, service: Service, port: ServicePort): boolean {
  if (typeof port.target === 'string' && TLS_WORD.test(port.target)) return true;
  const mentioning = mesh.derive(workloadsWithTls);
  return mentioning.size > 0 && podsBehind(mesh, service).some((workload) => mentioning.has(workload));
}

const TLS_WORD = /^(?:https|tls)/i;

function workloadsWithTls(mesh: Mesh): ReadonlySet<Workload> {
  return new Set(
    mesh.workloads.filter((workload) =>
      applicationContainers(workload).some(
        ({ ports, field }) =>
          ports.some((p) => p.name !== undefined && TLS_WORD.test(p.name)) ||
          PROBES.some((key) => field.at(key).at('httpGet').at('scheme').text() === 'HTTPS'),
      ),
    ),
  );
}

const PROBES = ['readinessProbe', 'livenessProbe', 'startupProbe'] as const;

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

function podsBehind(mesh: Mesh, service: Service): readonly Workload[] {
  const behind = mesh.behind(service);
  if (behind.state !== 'found' || !behind.value.certain) return [];
  return behind.value.workloads.filter((w) => !isPatchedAt(w.resource, 'spec'));
}

function byTargetName(mesh: Mesh, port: ServicePort): SpokenProtocol[] {
  const token = typeof port.target === 'string' ? protocolWord(mesh, port.target) : undefined;
  return token === undefined ? [] : [{ token, evidence: `targetPort ${port.target}`, field: port.targetField }];
}

function byPod(mesh: Mesh, port: ServicePort, workload: Workload): SpokenProtocol[] {
  const target = mesh.resolveTarget(port, workload);
  if (target.state !== 'found') return [];
  return applicationContainers(workload).flatMap((container) => {
    // Two entries for one number with L4 TCP are two words for one thing; a UDP entry is another port.
    const own = container.ports.filter((p) => p.number === target.number && p.protocol === 'TCP');
    const named = own.flatMap((p) => {
      const token = p.name === undefined ? undefined : protocolWord(mesh, p.name);
      return token === undefined
        ? []
        : [{ token, evidence: `container port ${p.name} of container ${container.name}`, field: p.field.at('name') }];
    });
    return [...named, ...byProbes(container, target.number)];
  });
}

// The kubelet speaks to the port what the probe says: with a wrong scheme the pod would never be ready.
function byProbes(container: Container, number: number): SpokenProtocol[] {
  return PROBES.flatMap((key) => {
    const probe = container.field.at(key);
    if (!probe.hasValue) return [];
    const get = probe.at('httpGet');
    if (get.isMapping && probedNumber(container, get.at('port')) === number) {
      const scheme = get.at('scheme').hasValue ? get.at('scheme').text() : 'HTTP';
      if (scheme !== 'HTTP' && scheme !== 'HTTPS') return [];
      return [
        {
          token: scheme.toLowerCase(),
          evidence: `the ${scheme} ${key} of container ${container.name}`,
          field: get,
        },
      ];
    }
    const grpc = probe.at('grpc');
    if (grpc.isMapping && grpc.at('port').number() === number) {
      return [{ token: 'grpc', evidence: `the gRPC ${key} of container ${container.name}`, field: grpc }];
    }
    return [];
  });
}

function probedNumber(container: Container, port: Field): number | undefined {
  const name = port.string();
  return port.number() ?? (name === undefined ? undefined : container.ports.find((p) => p.name === name)?.number);
}

function protocolWord(mesh: Mesh, name: string): string | undefined {
  const token = tokenOf(name);
  return nameTokens(mesh).includes(token) ? token : undefined;
}
