import type { Container, Workload } from '../cluster/workloads.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { hostNameOf } from './hosts.ts';

/** A host that the text of a container names: an environment variable, an argument. */
export interface CalledName {
  /** Where it is written. */
  readonly field: Field;
  /** "env STOCK_URL", "an argument". */
  readonly where: string;
  /** As written. */
  readonly written: string;
  /** The name that Istio knows it by. */
  readonly host: string;
  /** The Service that it means, where it has the form of one. */
  readonly service: { readonly namespace: string; readonly name: string } | undefined;
  /** As written, or by the scheme. */
  readonly port: number | undefined;
}

// Texts and hosts of a container that are looked at; a hostile file holds thousands of each.
const MOST_TEXTS = 200;
const LONGEST_TEXT = 2000;
const MOST_HOSTS = 20;

const PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  redis: 6379,
  amqp: 5672,
  mongodb: 27017,
  nats: 4222,
};
const URL =
  /\b([a-z][a-z0-9+.-]{1,20}):\/\/(?:[^\s/@"']{0,100}@)?([a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)(?::(\d{1,5}))?(?![\w.-])/gi;
const BARE =
  /(?:^|[\s=,;"'])([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){1,6}):(\d{1,5})(?=$|[\s,;"'/])/gi;

/**
 * The hosts that the containers of a workload name in their environment and arguments: URLs, and dotted names with a port. What a pod calls
 * besides nobody reads from a manifest.
 */
export function calledHosts(mesh: Mesh, workload: Workload): readonly CalledName[] {
  const namespace = workload.resource.namespace ?? '';
  const found = new Map<string, CalledName>();
  for (const { field, where, text } of workload.containers.flatMap(textsOf).slice(0, MOST_TEXTS)) {
    for (const { written, port } of hostsIn(text)) {
      const host = readName(mesh, written, namespace);
      const key = `${host.host}:${port ?? ''}`;
      if (!found.has(key) && found.size < MOST_HOSTS) found.set(key, { field, where, written, port, ...host });
    }
  }
  return [...found.values()];
}

interface Text {
  readonly field: Field;
  readonly where: string;
  readonly text: string;
}

// The proxy's own container names hosts of the mesh's installation.
function textsOf({ field, name }: Container): readonly Text[] {
  if (name === 'istio-proxy' || name === 'istio-init' || name === 'linkerd-proxy') return [];
  const env = (field.at('env').items() as Field[]).slice(0, MOST_TEXTS).flatMap((entry): Text[] => {
    const text = entry.at('value').string();
    return text === undefined
      ? []
      : [{ field: entry.at('value'), where: `env ${entry.at('name').text() ?? ''}`, text }];
  });
  const words = ([...field.at('command').items(), ...field.at('args').items()] as Field[]).slice(0, MOST_TEXTS);
  return [
    ...env,
    ...words.flatMap((f): Text[] =>
      f.string() === undefined ? [] : [{ field: f, where: 'an argument', text: f.string() as string }],
    ),
  ];
}

function* hostsIn(text: string): Iterable<{ readonly written: string; readonly port: number | undefined }> {
  const short = text.slice(0, LONGEST_TEXT);
  for (const [, scheme = '', written = '', port] of short.matchAll(URL))
    yield { written: written.toLowerCase(), port: port === undefined ? PORTS[scheme.toLowerCase()] : Number(port) };
  for (const [, written = '', port] of short.matchAll(BARE))
    yield { written: written.toLowerCase(), port: Number(port) };
}

// The search path of a pod: its own namespace, `svc`, the domain of the cluster.
function readName(mesh: Mesh, written: string, namespace: string): Pick<CalledName, 'host' | 'service'> {
  const parts = written.split('.');
  const [name = '', space] = parts;
  const known = (ns: string) => mesh.service(ns, name).state === 'found';
  const isShort =
    parts.length === 1 || (parts.length === 2 && known(space ?? '')) || (parts.length === 3 && parts[2] === 'svc');
  const whole = isShort ? `${name}.${space ?? namespace}.svc.cluster.local` : written;
  const { fqdn, service } = hostNameOf(mesh, whole, namespace);
  return { host: fqdn, service };
}
