import { expect, test } from 'vitest';
import type { Mesh } from '../mesh/mesh.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';
import { lookupBackend, lookupServiceEntry } from './backends.ts';
import { gatewayRouteOf } from './gateway-routes.ts';
import { lookupKubernetesGateway } from './kubernetes-gateways.ts';

const gateway = () => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec: { gatewayClassName: istio }
`;
const route = () => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: HTTPRoute
  metadata: { name: cart, namespace: shop }
  spec: {}
`;

function routeOf(mesh: Mesh) {
  const [found] = mesh.resources.flatMap((r) => gatewayRouteOf(mesh, r) ?? []);
  if (!found) throw new Error('no route');
  return found;
}

test('parents and backends are found, elsewhere or missing', async () => {
  const text = `${gateway()}---\n${route()}---\n${yaml`
    apiVersion: v1
    kind: Service
    metadata: { name: cart, namespace: shop }
    spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
  `}`;
  for (const closedWorld of [false, true]) {
    const mesh = await makeMesh(text, { closedWorld, externals: { namespaces: ['known'] } });
    const { resource } = routeOf(mesh);
    const states = (namespace: string, name: string) => [
      lookupKubernetesGateway(mesh, { kind: 'Gateway', namespace, name }, resource).state,
      lookupBackend(mesh, { kind: 'Service', namespace, name }, resource).state,
      lookupServiceEntry(mesh, { namespace, name }).state,
    ];
    const far = closedWorld ? 'missing' : 'elsewhere';
    expect(states('shop', 'front')[0]).toBe('found');
    expect(states('shop', 'cart')[1]).toBe('found');
    expect(states('shop', 'other')).toEqual(['missing', 'missing', far]);
    expect(states('web', 'other')).toEqual([far, far, far]);
    expect(states('known', 'other')).toEqual(['elsewhere', 'elsewhere', 'elsewhere']);
  }
});
