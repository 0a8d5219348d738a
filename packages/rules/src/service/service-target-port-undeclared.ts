import {
  applicationContainers,
  type Container,
  declaresPorts,
  defineRule,
  type Field,
  isSettled,
  istioAtLeast,
  judgesTargets,
  type Mesh,
  nameOf,
  portLabel,
  portsAreKnown,
  type ReportOptions,
  readsPortsOf,
  surelyBehind,
  targetPlace,
  type Workload,
  withVariants,
} from '@meshvet/core';
import { kialiTargetCodes } from '../shared/codes/port-codes.ts';
import { insertNumberItem } from '../shared/edits/mapping-edit.ts';
import { severityForEndpoints } from '../shared/severity/audience.ts';

// Ports of the sidecar itself, which no manifest declares: merged metrics, health, the proxy's own metrics.
const SIDECAR_PORTS: ReadonlySet<number> = new Set([15020, 15021, 15090]);

export const serviceTargetPortUndeclared = defineRule({
  meta: {
    id: 'service-target-port-undeclared',
    summary: 'A Service port leads to a number that the containers behind it, which do list their ports, do not list.',
    why: 'A listed port is documentation and the traffic still arrives, so the list or the number is wrong; before Istio 1.3 an unlisted port bypassed the proxy.',
    fix: 'Correct the targetPort, or add the number to the ports of the container that listens on it.',
    severity: 'info',
    profiles: { 'istio-1.0': 'warning' },
    subject: 'service',
    codes: ['KIA0701'],
    sources: [
      'istio.io: Application Requirements (1.1, 1.2)',
      'kiali business/checkers/services/port_mapping_checker.go',
      'kubernetes: Container v1, ports',
    ],
    messages: {
      undeclared: '{service}: {port} leads to {target}, which no container of {workload} lists; listed are {declared}.',
      bypassed:
        '{service}: {port} leads to {target}, which no container of {workload} lists (listed are {declared}); before Istio 1.3 such a port bypasses the proxy.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the container lists another number',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: http, port: 80, targetPort: 8081 } #~ undeclared \`8081\`
              - { name: http-admin, port: 9000 } #~ undeclared \`9000\`
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart, ports: [{ containerPort: 8080 }] }] }
        `,
      },
      {
        title: 'before Istio 1.3 the proxy takes in only the listed ports',
        settings: { profile: 'istio-1.0' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: http, port: 80, targetPort: 8081 } #~ bypassed
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart, ports: [{ containerPort: 8080 }] }] }
        `,
      },
    ],
    good: [
      {
        title: 'containers that list no ports at all, and one of two workloads that lists it',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: plain, namespace: shop }
          spec: { selector: { app: plain }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: plain, namespace: shop }
          spec:
            selector: { matchLabels: { app: plain } }
            template:
              metadata: { labels: { app: plain } }
              spec: { containers: [{ name: plain, image: plain }] }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    if (!judgesTargets(service) || !readsPortsOf(mesh, service)) return;
    const numbered = service.ports.filter((port) => typeof port.target !== 'string');
    const behind = surelyBehind(mesh, service);
    const [first] = behind;
    if (!first || numbered.length === 0) return;
    // Envoy opens the ports of a gateway when a Gateway asks for them, whatever its manifest lists.
    const judged = (w: Workload) => !w.isGateway && declaresPorts(w) && portsAreKnown(w);
    if (!behind.every(judged)) return;
    for (const port of numbered) {
      const unlisted = (w: Workload) => {
        const target = mesh.resolveTarget(port, w);
        return target.state === 'found' && !target.declared;
      };
      if (!behind.every(unlisted) || !withVariants(mesh, behind).every((w) => judged(w) && unlisted(w))) continue;
      const target = typeof port.target === 'number' ? port.target : (port.number ?? 0);
      if (SIDECAR_PORTS.has(target) && mesh.membershipOfService(service).answer !== 'no') continue;
      const sniffs = istioAtLeast(mesh.settings, '1.3');
      const numbers = behind.flatMap((w) =>
        applicationContainers(w).flatMap((c) => c.ports.flatMap((p) => p.number ?? [])),
      );
      const words = {
        service: nameOf(service.resource),
        port: portLabel(port),
        target,
        workload: behind.map((w) => nameOf(w.resource)).sort()[0] ?? nameOf(first.resource),
        declared: [...new Set(numbers)]
          .sort((a, b) => a - b)
          .slice(0, 8)
          .join(', '),
      };
      report(targetPlace(port), sniffs ? 'undeclared' : 'bypassed', words, {
        severity: severityForEndpoints(mesh, service, sniffs ? 'info' : 'warning'),
        codes: kialiTargetCodes(mesh, service, behind),
        ...declaration(mesh, behind, target, port.protocol),
        related: behind
          .slice(0, 3)
          .map((w) => ({ at: w.podSpec.at('containers'), note: `the containers of ${nameOf(w.resource)}` })),
      });
    }
  },
});

/**
 * The number added to the ports of the container: a safe fix where something else in the manifest says that the container
 * listens there, else a suggestion, since the number may be what is wrong. Nothing where several containers
 * could be meant.
 */
function declaration(
  mesh: Mesh,
  behind: readonly Workload[],
  target: number,
  protocol: string,
): Pick<ReportOptions, 'edits' | 'suggested' | 'editsIn'> {
  const [workload, second] = behind;
  if (!workload || second || protocol !== 'TCP' || mesh.variants(workload.resource).length > 1) return {};
  if (!isSettled(workload.resource)) return {};
  const [container, other] = applicationContainers(workload);
  if (!container || other) return {};
  const edits = insertNumberItem(container.field.at('ports'), 'containerPort', target);
  const editsIn = workload.resource.document.source;
  return speaksOf(container, target) ? { edits, editsIn } : { suggested: edits, editsIn };
}

/** Whether a probe, an argument or a variable of a container names a port. */
function speaksOf({ field }: Container, port: number): boolean {
  const body = field as Field;
  for (const probe of ['readinessProbe', 'livenessProbe', 'startupProbe']) {
    for (const how of ['httpGet', 'tcpSocket', 'grpc']) {
      if (body.at(probe).at(how).at('port').number() === port) return true;
    }
  }
  const whole = new RegExp(`(?:^|[^\\w.])${port}$`);
  const words = [...body.at('command').items(), ...body.at('args').items()] as Field[];
  const values = (body.at('env').items() as Field[]).filter((env) =>
    /PORT|ADDR|LISTEN/i.test(env.at('name').text() ?? ''),
  );
  return [...words, ...values.map((env) => env.at('value'))].some((word) => {
    const text = word.text();
    return text !== undefined && text.length < 200 && whole.test(text);
  });
}
