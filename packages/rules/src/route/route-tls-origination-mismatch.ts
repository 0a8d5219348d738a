import {
  classOf,
  covers,
  type DestinationRule,
  defineRule,
  destinationRuleToJudge,
  type Field,
  followerOf,
  GATEWAY_ROUTE_TYPES,
  gatewayRouteOf,
  isPatchedAt,
  type Mesh,
  nameOf,
  type RegistryHost,
  registryOf,
  ruleAlone,
  tlsOf,
  virtualServices,
} from '@meshvet/core';

export const routeTlsOriginationMismatch = defineRule({
  meta: {
    id: 'route-tls-origination-mismatch',
    summary: 'A DestinationRule makes proxies begin TLS for a port of a host outside that does not want it from them.',
    why: 'On a port that is declared HTTPS or TLS the application speaks TLS already, and the proxy puts a second one around it, which the server does not expect; on port 80 the server speaks plain HTTP.',
    fix: 'Let the application send plain HTTP to an HTTP port with targetPort 443, and begin TLS for that one; or leave trafficPolicy.tls out.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/DestinationRule'],
    sources: [
      'istio.io/docs/ops/common-problems/network-issues/ (double TLS)',
      'istio.io/docs/tasks/traffic-management/egress/egress-tls-origination/',
      'istio.io/docs/ops/configuration/traffic-management/tls-configuration/',
    ],
    messages: {
      twice:
        '{rule}: begins TLS ({mode}) for port {port} of {host}, which {entry} declares as {protocol}: what the application sends there is TLS already, and the server cannot read TLS inside of TLS.',
      plainPort:
        '{rule}: begins TLS ({mode}) for port 80 of {host}, and {entry} names no targetPort, so TLS goes to port 80 of the server, where plain HTTP is spoken.',
    },
  },
  examples: {
    bad: [
      {
        title: 'HTTPS from the application, and TLS of the sidecar around it',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: pay, namespace: shop }
          spec:
            hosts: [pay.example.com]
            resolution: DNS
            ports: [{ number: 443, name: https, protocol: HTTPS }]
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: pay, namespace: shop }
          spec:
            host: pay.example.com
            trafficPolicy:
              tls:
                mode: SIMPLE #~ twice \`SIMPLE\`
        `,
      },
    ],
    good: [
      {
        title: 'plain HTTP to port 80, TLS from there to 443',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: pay, namespace: shop }
          spec:
            hosts: [pay.example.com]
            resolution: DNS
            ports: [{ number: 80, name: http, protocol: HTTP, targetPort: 443 }]
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: pay, namespace: shop }
          spec:
            host: pay.example.com
            trafficPolicy: { tls: { mode: SIMPLE, sni: pay.example.com } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh: whole, report }) {
    const asked = destinationRuleToJudge(whole, resource);
    if (!asked?.host || isPatchedAt(resource, 'spec', 'trafficPolicy') || !asked.spec.at('trafficPolicy').hasValue)
      return;
    const mesh = whole.around(resource);
    const rule = mesh && destinationRuleToJudge(mesh, resource);
    if (!mesh || !rule) return;
    const told = new Set<string>();
    for (const host of entriesOf(mesh, rule)) {
      if (!followerOf(mesh, resource, host)?.policyHolds) continue;
      const beside =
        mesh.settings.closedWorld || mesh.near(host.resource, resource) || mesh.together(host.resource, resource);
      if (!beside || !host.portsKnown) continue;
      for (const port of host.ports) {
        const setting = tlsOf(ruleAlone(rule), undefined, port.number);
        if (!setting || setting.mode === 'DISABLE' || setting.mode === 'UNKNOWN' || told.has(setting.field.pointer))
          continue;
        const words = {
          rule: nameOf(resource),
          mode: setting.mode,
          host: host.host,
          entry: nameOf(host.resource),
        };
        const related = [{ at: port.field, note: `the port in ${nameOf(host.resource)}` }];
        const isTls = port.protocol === 'HTTPS' || port.protocol === 'TLS';
        if (isTls && !mesh.derive(plainlySentTo).reaches(host.host, port.number)) {
          told.add(setting.field.pointer);
          report(setting.field, 'twice', { ...words, port: port.number, protocol: port.protocol }, { related });
        } else if (
          port.number === 80 &&
          classOf(port.protocol) === 'http' &&
          port.target === undefined &&
          !mapsPorts(host)
        ) {
          told.add(setting.field.pointer);
          report(setting.field, 'plainPort', words, { severity: 'info', advice: true, related });
        }
      }
    }
  },
});

const MOST = 200;

function entriesOf(mesh: Mesh, { host }: DestinationRule): readonly RegistryHost[] {
  if (!host) return [];
  const all = host.wildcard
    ? registryOf(mesh).hosts.filter((h) => covers(host.fqdn, h.host))
    : registryOf(mesh).at(host.fqdn);
  return all.filter((h) => !h.service && h.external && h.cluster === undefined).slice(0, MOST);
}

// Endpoints may listen on other ports than the entry says.
function mapsPorts({ resource }: RegistryHost): boolean {
  const spec = resource.body.at('spec');
  return (
    spec.at('workloadSelector').hasValue ||
    (spec.at('endpoints').items() as Field[]).some((e) => e.at('ports').hasValue)
  );
}

/** The ports of hosts to which routes send requests that a proxy has read, and so no TLS of the application: egress gateways do. */
function plainlySentTo(mesh: Mesh): { reaches(host: string, port: number): boolean } {
  const ports = new Map<string, Set<number | 'any'>>();
  const add = (host: string, port: number | 'any') => {
    const known = ports.get(host);
    if (known) known.add(port);
    else ports.set(host, new Set([port]));
  };
  let any = false;
  for (const virtualService of mesh.derive(virtualServices)) {
    for (const route of virtualService.routes) {
      if (route.kind === 'tls') continue;
      for (const { host, port } of [...route.destinations, ...route.mirrors])
        if (host) add(host.fqdn, port ?? 'any');
        else any = true;
    }
  }
  for (const type of GATEWAY_ROUTE_TYPES)
    for (const resource of type.endsWith('/TLSRoute') ? [] : mesh.ofType(type))
      for (const { kind, name, port } of gatewayRouteOf(mesh, resource)?.backends ?? [])
        if (kind === 'Hostname') add(name, port ?? 'any');
  return {
    reaches: (host, port) => any || (ports.get(host)?.has('any') ?? false) || (ports.get(host)?.has(port) ?? false),
  };
}
