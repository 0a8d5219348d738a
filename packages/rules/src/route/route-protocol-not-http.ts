import {
  defineRule,
  type HostTarget,
  isForMesh,
  lookupHost,
  type Mesh,
  mayHaveService,
  nameOf,
  settledRoutes,
  type VirtualService,
  virtualServiceToJudge,
} from '@meshvet/core';
import { targetText } from '../shared/words/route-words.ts';

export const routeProtocolNotHttp = defineRule({
  meta: {
    id: 'route-protocol-not-http',
    summary: 'Http routes stand for a host none of whose ports speaks HTTP to Istio.',
    why: 'Sidecars read http routes only on ports that are HTTP by their name, their appProtocol or their first bytes; on others the routes, retries and timeouts never apply.',
    fix: 'Name the port http, http2 or grpc (or http-something) where it speaks HTTP, or write tcp or tls routes.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    sources: [
      'istio.io/docs/ops/configuration/traffic-management/protocol-selection/',
      'istio/istio pilot/pkg/networking/core/listener.go',
    ],
    messages: {
      neverApplies:
        '{route}: {target} has only {ports}, none of them HTTP, so the http routes for host {host} never apply in the mesh.',
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
    if (!virtualService || !isForMesh(virtualService)) return;
    if (!settledRoutes(virtualService).some((route) => route.kind === 'http')) return;
    for (const { name, field } of virtualService.hosts) {
      if (name.wildcard) continue;
      const targets = targetsOf(mesh, name.fqdn, virtualService);
      const [target] = targets;
      if (!target || targets.some((t) => t.ports.length === 0 || t.ports.some(maySpeakHttp))) continue;
      const ports = target.ports
        .slice(0, 6)
        .map((p) => `${p.number}${p.name ? ` (${p.name})` : ''} ${p.protocol.protocol}`);
      report(
        field,
        'neverApplies',
        { route: nameOf(resource), target: targetText(target), host: name.written, ports: ports.join(', ') },
        { related: [{ at: target.resource.body.at('spec').at('ports'), note: `the ports of ${targetText(target)}` }] },
      );
    }
  },
});

function maySpeakHttp({ protocol }: HostTarget['ports'][number]): boolean {
  return protocol.class === 'http' || protocol.class === 'auto';
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
