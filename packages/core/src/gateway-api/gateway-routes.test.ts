import { describe, expect, test } from 'vitest';
import type { Mesh } from '../mesh/mesh.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';
import { gatewayRouteOf } from './gateway-routes.ts';

const route = (spec: string) => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: HTTPRoute
  metadata: { name: cart, namespace: shop }
  spec: { ${spec} }
`;

function routeOf(mesh: Mesh) {
  const [found] = mesh.resources.flatMap((r) => gatewayRouteOf(mesh, r) ?? []);
  if (!found) throw new Error('no route');
  return found;
}

describe('a route', () => {
  test('has parents of four kinds, in its own namespace unless another is written', async () => {
    const mesh = await makeMesh(
      route(
        'parentRefs: [{ name: a }, { name: b, namespace: edge, sectionName: s, port: 80 }, { kind: ListenerSet, name: c }, { group: "", kind: Service, name: d }, { group: networking.istio.io, kind: ServiceEntry, name: e }, { group: example.com, kind: Gateway, name: f }]',
      ),
    );
    expect(
      routeOf(mesh).parents.map((p) => `${p.kind} ${p.namespace}/${p.name} ${p.sectionName ?? ''} ${p.port ?? ''}`),
    ).toEqual([
      'Gateway shop/a  ',
      'Gateway edge/b s 80',
      'ListenerSet shop/c  ',
      'Service shop/d  ',
      'ServiceEntry shop/e  ',
    ]);
  });

  test('has backends, and mirrors among its filters', async () => {
    const mesh = await makeMesh(
      route(
        'rules: [{ filters: [{ requestMirror: { backendRef: { name: a, port: 1 } } }], backendRefs: [{ name: b, port: 2, filters: [{ requestMirror: { backendRef: { name: c } } }] }, { group: networking.istio.io, kind: Hostname, name: d.example.com, port: 3 }, { kind: Pod, name: e }] }]',
      ),
    );
    expect(routeOf(mesh).backends.map((b) => `${b.kind} ${b.name} ${b.port ?? ''} ${b.isMirror}`)).toEqual([
      'Service a 1 true',
      'Service b 2 false',
      'Service c  true',
      'Hostname d.example.com 3 false',
    ]);
  });
});
