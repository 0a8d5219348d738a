import { expect, test } from 'vitest';
import type { Mesh } from '../mesh/mesh.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';
import { gatewayRouteOf } from './gateway-routes.ts';
import { isGranted } from './reference-grants.ts';

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

test('a ReferenceGrant permits by group, kind and namespace, and by name where one is written', async () => {
  const grant = (from: string, to: string) => yaml`
    apiVersion: gateway.networking.k8s.io/v1beta1
    kind: ReferenceGrant
    metadata: { name: grant, namespace: data }
    spec: { from: [${from}], to: [${to}] }
  `;
  const ask = async (from: string, to: string) => {
    const mesh = await makeMesh(`${route()}---\n${grant(from, to)}`);
    return isGranted(mesh, routeOf(mesh).resource, { kind: 'Service', namespace: 'data', name: 'cart' }, []);
  };
  const ours = '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }';
  expect(await ask(ours, '{ group: "", kind: Service }')).toBe('yes');
  expect(await ask(ours, '{ group: "", kind: Service, name: cart }')).toBe('yes');
  expect(await ask(ours, '{ group: "", kind: Service, name: orders }, { group: "", kind: Service, name: cart }')).toBe(
    'yes',
  );
  expect(await ask(ours, '{ group: "", kind: Service, name: orders }')).toBe('no');
  expect(await ask(ours, '{ group: "", kind: Secret }')).toBe('no');
  expect(await ask(ours.replace('shop', 'web'), '{ group: "", kind: Service }')).toBe('no');
  expect(await ask(ours.replace('shop', '"${X}"'), '{ group: "", kind: Service }')).toBe('unknown');
});
