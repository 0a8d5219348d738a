import { describe, expect, test } from 'vitest';
import type { Mesh } from '../mesh/mesh.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';
import { attachmentOf } from './attachment.ts';
import { gatewayRouteOf } from './gateway-routes.ts';
import { kubernetesGateways } from './kubernetes-gateways.ts';

const gateway = (listeners: string, namespace = 'shop') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: ${namespace} }
  spec: { gatewayClassName: istio, listeners: [${listeners}] }
`;
const route = (spec: string, kind = 'HTTPRoute') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: ${kind}
  metadata: { name: cart, namespace: shop }
  spec: { ${spec} }
`;

function routeOf(mesh: Mesh) {
  const [found] = mesh.resources.flatMap((r) => gatewayRouteOf(mesh, r) ?? []);
  if (!found) throw new Error('no route');
  return found;
}

async function attachment(gatewayText: string, routeText: string, istioVersion = '1.30') {
  const mesh = await makeMesh(`${gatewayText}---\n${routeText}`, { istioVersion });
  const read = routeOf(mesh);
  const [first] = mesh.derive(kubernetesGateways);
  const [parent] = read.parents;
  if (!first || !parent) throw new Error('no parent');
  const answer = attachmentOf(mesh, first, parent, read);
  return answer.state === 'refused' ? answer.why : answer.state;
}

describe('a TLS listener of Istio takes', () => {
  const tls = (mode: string) => `{ name: tls, port: 443, protocol: TLS, tls: { ${mode} } }`;
  const parent = 'parentRefs: [{ name: front }]';
  const other = (text: string) => text.replace('gatewayClassName: istio', 'gatewayClassName: other');

  test.each([
    ['what it hands on as TLSRoutes', gateway(tls('mode: Passthrough')), 'TLSRoute', '1.30', 'attached'],
    ['no TCPRoute of what it hands on', gateway(tls('mode: Passthrough')), 'TCPRoute', '1.30', 'kind'],
    ['TCPRoutes of what it ends', gateway(tls('mode: Terminate')), 'TCPRoute', '1.30', 'attached'],
    ['TLSRoutes of what it ends', gateway(tls('certificateRefs: [{ name: a }]')), 'TLSRoute', '1.30', 'attached'],
    ['no such TLSRoutes before 1.30', gateway(tls('mode: Terminate')), 'TLSRoute', '1.29', 'kind'],
    ['no HTTPRoute', gateway(tls('mode: Terminate')), 'HTTPRoute', '1.30', 'kind'],
    ['who knows, of others', other(gateway(tls('mode: Passthrough'))), 'TCPRoute', '1.30', 'attached'],
  ])('%s', async (_name, gatewayText, kind, version, expected) => {
    expect(await attachment(gatewayText, route(parent, kind), version)).toBe(expected);
  });
});

describe('a route attaches', () => {
  const http = '{ name: http, port: 80, protocol: HTTP, hostname: "*.example.com" }';
  const parent = 'parentRefs: [{ name: front }]';

  test.each([
    [
      'to a listener of its kind, namespace and hostname',
      gateway(http),
      route(`${parent}, hostnames: [a.example.com]`),
      'attached',
    ],
    ['without hostnames to any', gateway(http), route(parent), 'attached'],
    ['not to another section', gateway(http), route('parentRefs: [{ name: front, sectionName: https }]'), 'section'],
    ['not to another port', gateway(http), route('parentRefs: [{ name: front, port: 81 }]'), 'port'],
    ['not with another kind', gateway(http), route(parent, 'TCPRoute'), 'kind'],
    ['not from another namespace', gateway(http, 'edge'), route(parent), 'namespace'],
    ['not with other hostnames', gateway(http), route(`${parent}, hostnames: [example.com]`), 'hostname'],
    [
      'perhaps, to a listener that is filled in later',
      gateway('{ name: "${X}", port: 80, protocol: HTTP }'),
      route(parent),
      'unknown',
    ],
    ['perhaps, with hostnames that are', gateway(http), route(`${parent}, hostnames: ["\${X}"]`), 'unknown'],
    [
      'perhaps, on a protocol of one controller',
      gateway('{ name: x, port: 80, protocol: example.com/x }'),
      route(parent),
      'unknown',
    ],
  ])('%s', async (_name, gatewayText, routeText, expected) => {
    expect(await attachment(gatewayText, routeText)).toBe(expected);
  });
});
