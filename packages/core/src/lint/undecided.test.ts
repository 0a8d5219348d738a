import { expect, test } from 'vitest';
import { makeMesh } from '../testing/make-mesh.ts';
import { undecidedOf } from './undecided.ts';

const ROUTE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart]
  gateways: [edge/public]
  http:
    - route:
        - destination: { host: cart }
        - destination: { host: ratings.books.svc.cluster.local }
        - destination: { host: api.example.com }
`;

test('hosts and gateways that lead out of the input are told with what would decide them', async () => {
  const told = undecidedOf(await makeMesh(ROUTE)).map(({ question, needs, resources }) => ({
    question,
    needs,
    resources,
  }));
  expect(told).toEqual([
    {
      question: 'whether 1 Gateway that routes are bound to exists',
      needs: 'the manifests of the Gateways, or externals.gateways in the config',
      resources: 1,
    },
    {
      question: 'what stands behind 1 host in namespace books that routes name',
      needs: 'the Services of namespace books beside the routes, or externals.hosts in the config',
      resources: 1,
    },
    {
      question: 'what stands behind 1 host in namespace shop that routes name',
      needs: 'the Services of namespace shop beside the routes, or externals.hosts in the config',
      resources: 1,
    },
    {
      question: 'what stands behind 1 host outside the cluster that routes name',
      needs: 'a ServiceEntry for each of them, or externals.hosts in the config',
      resources: 1,
    },
  ]);
});

test('in a closed world nothing is left open by routes', async () => {
  expect(undecidedOf(await makeMesh(ROUTE, { closedWorld: true }))).toEqual([]);
});

test('a workload whose namespace names a revision of which nothing is known says so', async () => {
  const mesh = await makeMesh(`apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/rev: canary } }
---
apiVersion: v1
kind: Pod
metadata: { name: cart, namespace: shop }
spec: { containers: [{ name: cart, image: "cart:1" }] }
`);
  expect(undecidedOf(mesh)).toEqual([
    {
      question: 'whether 1 workload of namespace shop is in the mesh',
      needs: 'whether revision canary is installed: revisions or tags in the config, or its webhooks',
      resources: 1,
    },
  ]);
});
