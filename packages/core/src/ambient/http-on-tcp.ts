import { classOf, portProtocol } from '../cluster/protocol.ts';
import { readService } from '../cluster/services.ts';
import { isPatchedAt, nameOf, type Resource } from '../manifest/resource.ts';
import { targetReferences } from '../manifest/target-references.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { serviceEntryOf } from '../names/service-entries.ts';
import type { Field } from '../source/field.ts';
import { targetsNamed } from './unread-config.ts';
import { waypointChoice } from './waypoints.ts';
import { readRule } from './ztunnel-policy.ts';

/** A rule of an ALLOW policy at a waypoint that asks for what only HTTP has, for ports of which the waypoint reads no HTTP. */
export interface HttpOnTcp {
  /** What it asks for: `hosts`, `methods`, `request.headers[x]` … */
  readonly asked: string;
  readonly field: Field;
  /** "port 9200 (TLS) of ServiceEntry egress/search". */
  readonly ports: string;
  /** Whether all rules are so: then nobody gets in. */
  readonly all: boolean;
}

interface TargetPort {
  readonly number: number;
  readonly protocol: string;
  readonly plain: boolean;
}

const MOST = 20;
const OF_HTTP = /^(?:not)?(?:hosts|methods|paths|requestPrincipals)$|^request\./i;

/**
 * The rules of an ALLOW policy with targetRefs that a waypoint leaves out: for a port that is no HTTP it builds a filter of TCP, and a rule
 * that asks for hosts, methods or paths cannot be built there. Source: `pilot/pkg/security/authz/model/model.go`, Generate (forTCP), and
 * `networking/core/listener_waypoint.go`. A port whose protocol nobody declares is sniffed, and may be either.
 */
export function httpRulesOnTcp(mesh: Mesh, resource: Resource): readonly HttpOnTcp[] {
  if (resource.type !== 'security.istio.io/AuthorizationPolicy' || resource.partial || !mesh.istioAtLeast('1.22'))
    return [];
  if (isPatchedAt(resource, 'spec') || mesh.assumesNamespace(resource) || resource.annotations.has('istio.io/dry-run'))
    return [];
  const spec = resource.body.at('spec');
  if ((spec.at('action').hasValue ? spec.at('action').text() : 'ALLOW') !== 'ALLOW') return [];
  const references = targetReferences(spec);
  const rules = spec.at('rules').items() as Field[];
  if (references.length === 0 || references.length > MOST || rules.length === 0 || rules.length > MOST) return [];
  const targets = references.map((reference) => portsOf(mesh, resource, reference));
  if (targets.includes(undefined)) return [];
  const left = rules.flatMap((rule, i): Omit<HttpOnTcp, 'all'>[] => {
    const asked = readRule(rule, i + 1)?.l7.find(({ name }) => OF_HTTP.test(name));
    if (!asked) return [];
    const wanted = portsAskedFor(rule);
    const met = (targets as Target[]).map(({ name, ports }) => ({
      name,
      ports: wanted ? ports.filter(({ number }) => wanted.has(number)) : ports,
    }));
    const fits = met.every(({ ports }) => ports.length > 0 && ports.every(({ plain }) => plain));
    const [first] = met;
    if (!fits || !first) return [];
    const shown = first.ports.slice(0, 3).map(({ number, protocol }) => `${number} (${protocol})`);
    return [{ asked: asked.name, field: asked.field, ports: `${shown.join(', ')} of ${first.name}` }];
  });
  return left.map((one) => ({ ...one, all: left.length === rules.length }));
}

interface Target {
  readonly name: string;
  readonly ports: readonly TargetPort[];
}

/** The ports of a target that a waypoint stands before, with what it takes them for; undefined where that is not known. */
function portsOf(mesh: Mesh, resource: Resource, reference: Field): Target | undefined {
  const name = reference.at('name').string();
  const found = name ? targetsNamed(mesh, resource, reference, name) : [];
  const [target] = found;
  if (!target || found.length > 1 || isPatchedAt(target, 'spec', 'ports')) return undefined;
  if (waypointChoice(mesh, target, target.labels).state !== 'named') return undefined;
  const ports = target.type === 'Service' ? servicePorts(mesh, target) : entryPorts(mesh, target);
  return ports && { name: nameOf(target), ports };
}

function servicePorts(mesh: Mesh, resource: Resource): readonly TargetPort[] | undefined {
  const ports = readService(resource)?.ports ?? [];
  if (ports.some((port) => port.unreadable || port.number === undefined)) return undefined;
  return ports.map((port) => {
    const { protocol } = portProtocol(mesh.settings, port);
    return { number: port.number as number, protocol, plain: classOf(protocol) === 'tcp' };
  });
}

function entryPorts(mesh: Mesh, resource: Resource): readonly TargetPort[] | undefined {
  const entry = serviceEntryOf(mesh, resource);
  if (!entry || entry.ports.some(({ protocol }) => protocol === undefined)) return undefined;
  return entry.ports.map(({ number, protocol = 'auto' }) => ({
    ...{ number, protocol },
    plain: classOf(protocol) === 'tcp',
  }));
}

/** The ports that each operation of a rule names; undefined where some operation names none, or what cannot be read. */
function portsAskedFor(rule: Field): ReadonlySet<number> | undefined {
  const operations = (rule.at('to').items() as Field[]).map((entry) => entry.at('operation').at('ports'));
  if (operations.length === 0) return undefined;
  const wanted = operations.map((ports) => (ports.items() as Field[]).map((port) => Number(port.text())));
  return wanted.every((ports) => ports.length > 0 && ports.every(Number.isInteger))
    ? new Set(wanted.flat())
    : undefined;
}
