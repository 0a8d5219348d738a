import {
  defineRule,
  type Field,
  type HostTarget,
  isForMesh,
  isRuleFor,
  lookupHost,
  type Mesh,
  mayHaveService,
  nameOf,
  placeOfRule,
  type Route,
  settledRoutes,
  type TargetPort,
  type VirtualService,
  virtualServiceToJudge,
} from '@meshvet/core';
import { targetText } from '../shared/words/route-words.ts';

export const routeKindMismatch = defineRule({
  meta: {
    id: 'route-kind-mismatch',
    formerly: ['route-protocol-not-http'],
    summary: 'Routes of a VirtualService are of a kind that no port of its host takes.',
    why: 'Sidecars read http routes on ports that are HTTP by their name, their appProtocol or their first bytes, tcp routes on those with opaque bytes, and tls routes on those of TLS and HTTPS; on others the routes never apply.',
    fix: 'Write routes of the kind that the port takes, or name the port for what it speaks (http, grpc, tcp, tls, https).',
    severity: 'warning',
    subject: 'resource',
    judgedAround: true,
    types: ['networking.istio.io/VirtualService'],
    sources: [
      'istio.io/docs/ops/configuration/traffic-management/protocol-selection/',
      'istio/istio pilot/pkg/networking/core/listener.go',
    ],
    messages: {
      neverApplies:
        '{route}: {target} has only {ports}, none of them {wanted}, so the {kinds} routes for host {host} never apply in the mesh.',
      ruleNeverApplies:
        '{route}: this {kind} route is for {ports}, none of them {wanted}, so it never applies in the mesh.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: tcp-web, port: 80 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts:
              - cart #~ neverApplies \`cart\`
            http: [{ retries: { attempts: 3 }, route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
    good: [
      {
        title: 'one of the ports is HTTP; a port without a name is found out',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: tcp-db, port: 5432 }, { name: web, port: 80 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http: [{ route: [{ destination: { host: cart, port: { number: 80 } } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService || virtualService.isDelegate || !isForMesh(virtualService)) return;
    const own = resource.namespace ?? '';
    const rules = settledRoutes(virtualService).filter((rule) => isRuleFor(rule, SIDECARS, own));
    if (rules.length === 0 || rules.length < virtualService.routes.length) return;
    const kinds = [...new Set(rules.map((rule) => rule.kind))];
    let all: TargetPort[] | undefined = [];
    let told = false;
    for (const { name, field } of virtualService.hosts.slice(0, MOST)) {
      const targets = name.wildcard ? [] : targetsOf(mesh, name.fqdn, virtualService);
      const [target] = targets;
      const ports = targets.flatMap((t) => t.ports);
      if (!target || targets.some((t) => t.ports.length === 0)) {
        all = undefined;
        continue;
      }
      all?.push(...ports);
      if (ports.some((port) => kinds.some((kind) => takes(port, kind)))) continue;
      told = true;
      report(
        field,
        'neverApplies',
        {
          route: nameOf(resource),
          target: targetText(target),
          host: name.written,
          ports: portsText(target.ports),
          kinds: kinds.join(' and '),
          wanted: kinds.map((kind) => WANTED[kind]).join(' or '),
        },
        { related: [{ at: target.resource.body.at('spec').at('ports'), note: `the ports of ${targetText(target)}` }] },
      );
    }
    if (told || !all || virtualService.hosts.length > MOST) return;
    for (const rule of rules.slice(0, MOST)) {
      const asked = portsOfRule(rule, all);
      if (asked.length === 0 || asked.some((port) => takes(port, rule.kind))) continue;
      report(placeOfRule(rule), 'ruleNeverApplies', {
        route: nameOf(resource),
        kind: rule.kind,
        ports: portsText(asked),
        wanted: WANTED[rule.kind],
      });
    }
  },
});

const MOST = 100;
const SIDECARS = { gateway: undefined, namespaces: [] };
const WANTED = { http: 'HTTP', tcp: 'opaque TCP', tls: 'TLS or HTTPS' } as const;

// A port without a declared protocol is read as HTTP and as opaque bytes; of TLS it has to be said.
function takes({ protocol }: TargetPort, kind: Route['kind']): boolean {
  const isTls = protocol.protocol === 'TLS' || protocol.protocol === 'HTTPS';
  if (kind === 'tls') return isTls;
  return (
    protocol.class === 'auto' || (kind === 'http' ? protocol.class === 'http' : protocol.class === 'tcp' && !isTls)
  );
}

// The ports of the hosts that some match of a rule asks for; of matches that ask for none there is another finding.
function portsOfRule({ field }: Route, ports: readonly TargetPort[]): readonly TargetPort[] {
  const matches = field.at('match').items() as Field[];
  if (matches.length === 0) return ports;
  const numbers = matches.slice(0, MOST).map((match) => (match.at('port').hasValue ? match.at('port').number() : 0));
  if (matches.length > MOST || numbers.includes(undefined) || numbers.includes(0)) return ports;
  return ports.filter((port) => numbers.includes(port.number));
}

function portsText(ports: readonly TargetPort[]): string {
  const shown = ports.slice(0, 6).map((p) => `${p.number}${p.name ? ` (${p.name})` : ''} ${p.protocol.protocol}`);
  return shown.join(', ') + (ports.length > 6 ? ', ...' : '');
}

// All manifests of the host, where they stand beside the route and every part of their ports is written.
function targetsOf(mesh: Mesh, fqdn: string, { resource }: VirtualService): readonly HostTarget[] {
  const lookup = lookupHost(mesh, fqdn, resource);
  if (lookup.state !== 'found') return [];
  const sure = lookup.value.every(
    (t) =>
      t.portsKnown &&
      !mayHaveService(mesh, t) &&
      !t.service?.ports.some((port) => port.unreadable) &&
      (mesh.settings.closedWorld || mesh.near(t.resource, resource)),
  );
  return sure ? lookup.value : [];
}
