import { tokenOf } from '../cluster/protocol.ts';
import type { Service, ServicePort } from '../cluster/services.ts';
import { applicationContainers, type Container, type Workload } from '../cluster/workloads.ts';
import { isPatchedAt } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { nameTokens } from './naming-defects.ts';

/** What the pods behind a Service port seem to speak, and what says so. */
export interface SpokenProtocol {
  /** The word that a port name should begin with: `https`. */
  readonly token: string;
  /** What says so, in words: "container port https-api of container app". */
  readonly evidence: string;
  readonly field: Field;
  /** Whether it is proof, and no name alone: the kubelet speaks to the port what a probe says. */
  readonly proven: boolean;
}

/**
 * What the target of a Service port tells of its protocol: the name of the targetPort, the names of the container ports it reaches, and
 * the probes that go there. undefined when nothing tells, or when two of them say different things.
 */
export function spokenProtocol(mesh: Mesh, service: Service, port: ServicePort): SpokenProtocol | undefined {
  const told = [...byTargetName(mesh, port), ...podsBehind(mesh, service).flatMap((w) => byPod(mesh, port, w))];
  const first = told.find((one) => one.proven) ?? told[0];
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

function podsBehind(mesh: Mesh, service: Service): readonly Workload[] {
  const behind = mesh.behind(service);
  if (behind.state !== 'found' || !behind.value.certain) return [];
  return behind.value.workloads.filter((w) => !isPatchedAt(w.resource, 'spec'));
}

function byTargetName(mesh: Mesh, port: ServicePort): SpokenProtocol[] {
  const token = typeof port.target === 'string' ? protocolWord(mesh, port.target) : undefined;
  return token === undefined
    ? []
    : [{ token, evidence: `targetPort ${port.target}`, field: port.targetField, proven: false }];
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
        : [
            {
              token,
              evidence: `container port ${p.name} of container ${container.name}`,
              field: p.field.at('name'),
              proven: false,
            },
          ];
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
          proven: true,
        },
      ];
    }
    const grpc = probe.at('grpc');
    if (grpc.isMapping && grpc.at('port').number() === number) {
      return [{ token: 'grpc', evidence: `the gRPC ${key} of container ${container.name}`, field: grpc, proven: true }];
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
