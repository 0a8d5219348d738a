import {
  coveredHost,
  defineRule,
  droppedServers,
  type Gateway,
  gatewayOf,
  type LeftOut,
  type Mesh,
  nameOf,
  openServers,
  type Workload,
  workloadsOfGateway,
} from '@meshvet/core';

export const gatewayServerConflict = defineRule({
  meta: {
    id: 'gateway-server-conflict',
    summary: 'Two servers of one Gateway, or of one port of the pods, do not stand side by side.',
    why: 'Of two TLS servers with one host, and of two protocols on one port, the proxy drops the second server whole, with all its hosts; a host within another one adds nothing.',
    fix: 'Join the hosts in one server, or give the second one hosts, or a port, of its own.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/Gateway'],
    codes: ['KIA0301'],
    sources: [
      'istio/istio pilot/pkg/model/gateway.go: mergeGateways, CheckDuplicates, canMergeProtocols',
      'istio.io/docs/reference/config/networking/gateway/#Server',
      'kiali business/checkers/gateways/multi_match_checker.go',
    ],
    messages: {
      tls: '{gateway} has host {host} in two TLS servers of port {port}; the proxy drops the second, with all its hosts.',
      protocol:
        '{gateway}: {protocol} on port {port} does not go with {other} of a server above; the proxy drops this one.',
      target:
        '{gateway}: ports {port} and {otherPort} are one port of {workload}, {podPort}, and {why}; the proxy drops this server.',
      targetOther:
        '{gateway}: port {port} and port {otherPort} of {other} are one port of {workload}, {podPort}, and {why}; the proxy drops the younger server.',
      covered: '{gateway}: host {host} of port {port} stands within {wider}, and may go.',
      unlimited:
        '{gateway}: host {host} of port {port} is for VirtualServices of namespace {namespace}, but {wider} beside it lets in those of all namespaces.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one host in two TLS servers, and two protocols',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https-shop, protocol: HTTPS }
                hosts: [shop.example.com]
                tls: { mode: SIMPLE, credentialName: shop }
              - port: { number: 443, name: https-all, protocol: HTTPS }
                hosts: [www.example.com, shop.example.com] #~ tls \`shop.example.com\`
                tls: { mode: SIMPLE, credentialName: all }
              - port: { number: 8080, name: http, protocol: HTTP }
                hosts: [shop.example.com]
              - port: { number: 8080, name: tcp-db, protocol: TCP } #~ protocol \`TCP\`
                hosts: [db.example.com]
        `,
      },
      {
        title: 'what is written for one namespace stands open to all',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                hosts:
                  - shop/shop.example.com #~ unlimited
                  - "*"
        `,
      },
    ],
    good: [
      {
        title: 'a certificate of its own for one host of a pattern',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https-all, protocol: HTTPS }
                hosts: ["*.example.com"]
                tls: { mode: SIMPLE, credentialName: all }
              - port: { number: 443, name: https-shop, protocol: HTTPS }
                hosts: [shop.example.com]
                tls: { mode: SIMPLE, credentialName: shop }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const gateway = gatewayOf(mesh, resource);
    if (!gateway?.serversKnown) return;
    const words = { gateway: nameOf(resource) };
    let codes = ['KIA0301'];
    const dropped = droppedServers(gateway);
    for (const [server, { kind, shared, server: above }] of dropped) {
      const port = server.port ?? '';
      const related = [{ at: shared?.other.field ?? above.portField, note: 'the server above' }];
      if (kind === 'tls' && shared)
        report(shared.own.field, 'tls', { ...words, port, host: shared.own.written }, { codes, related });
      else {
        const protocols = { protocol: server.protocol ?? '', other: above.protocol ?? '' };
        const at = server.field.at('port').at('protocol');
        report(at, 'protocol', { ...words, port, ...protocols }, { codes: shared ? codes : [], related });
      }
      // Kiali says it once of a Gateway.
      if (shared) codes = [];
    }
    const hit = targetClash(mesh, gateway);
    const instead = hit?.leftOut.instead;
    if (hit && instead) {
      const { leftOut, workload } = hit;
      const data = {
        ...words,
        port: leftOut.server.port ?? '',
        otherPort: instead.server.port ?? '',
        podPort: leftOut.port,
        workload: nameOf(workload.resource),
        why: whyOf(leftOut),
      };
      const options = { codes: [], related: [{ at: instead.server.portField, note: 'the other server' }] };
      if (instead.gateway.resource === resource) report(leftOut.server.portField, 'target', data, options);
      else
        report(leftOut.server.portField, 'targetOther', { ...data, other: nameOf(instead.gateway.resource) }, options);
    }
    const covered = codes.length > 0 ? coveredHost(gateway) : undefined;
    if (!covered) return;
    const { own, wider, server, unlimited } = covered;
    const data = { ...words, port: server.port ?? '', host: own.written, wider: wider.written };
    const related = [{ at: wider.field, note: 'the wider host' }];
    if (unlimited)
      report(own.field, 'unlimited', { ...data, namespace: own.namespace }, { codes, related, severity: 'warning' });
    else report(own.field, 'covered', data, { codes, related, severity: 'info', advice: true });
  },
});

// Different ports of the Service may lead to one port of the pods.
function targetClash(
  mesh: Mesh,
  gateway: Gateway,
): { readonly leftOut: LeftOut; readonly workload: Workload } | undefined {
  const here = mesh.around(gateway.resource);
  if (!here) return undefined;
  const { workloads, open } = workloadsOfGateway(here, gateway);
  const [workload] = workloads;
  if (!workload || open) return undefined;
  const leftOut = openServers(here, workload).leftOut.find(
    ({ resource, server, instead }) =>
      resource === gateway.resource &&
      instead !== undefined &&
      instead.server.port !== server.port &&
      (instead.gateway.resource === resource || mesh.appliedTogether(resource, instead.gateway.resource)),
  );
  return leftOut && { leftOut, workload };
}

function whyOf({ kind, server, instead }: LeftOut): string {
  if (kind === 'host') return 'their TLS servers have a host in common';
  return `${server.protocol ?? ''} does not go with ${instead?.server.protocol ?? ''}`;
}
