import { describe, expect, it } from 'vitest';
import { makeMesh } from '../testing/make-mesh.ts';
import { dedent } from '../testing/yaml.ts';

const ROLL = `
  apiVersion: maistra.io/v1
  kind: ServiceMeshMemberRoll
  metadata: { name: default, namespace: istio-system }
  spec: { members: [shop] }
`;
const MEMBER = `
  apiVersion: maistra.io/v1
  kind: ServiceMeshMember
  metadata: { name: default, namespace: shop }
  spec: { controlPlaneRef: { name: basic, namespace: istio-system } }
`;
const LABELLED = `
  ---
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { istio-injection: enabled } }
`;
const cart = (metadata: string, namespace = 'shop') => `
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: ${namespace} }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart }, ${metadata} }
      spec: { containers: [{ name: cart, image: "cart:1" }] }
`;
const ASKS = 'annotations: { sidecar.istio.io/inject: "true" }';

async function membershipIn(yaml: string) {
  const mesh = await makeMesh(dedent(yaml));
  const [workload] = mesh.workloads;
  if (!workload) throw new Error('no workload');
  return mesh.membership(workload);
}

describe('OpenShift Service Mesh 2', () => {
  it.each([ROLL, MEMBER])('injects pods of a member namespace that ask by annotation', async (members) => {
    expect(await membershipIn(members + cart(ASKS))).toMatchObject({ answer: 'yes', mode: 'sidecar' });
  });

  it('leaves pods that say nothing alone, whatever label the namespace has', async () => {
    const membership = await membershipIn(ROLL + LABELLED + cart('annotations: { a: b }'));
    expect(membership.answer).toBe('no');
    expect(membership.reason).toContain('OpenShift Service Mesh');
  });

  it('keeps out pods that refuse', async () => {
    const refuses = 'annotations: { sidecar.istio.io/inject: "false" }';
    expect((await membershipIn(ROLL + cart(refuses))).answer).toBe('no');
  });

  it('says nothing of other namespaces, which another Istio may serve', async () => {
    expect(
      (await membershipIn(ROLL + LABELLED.replace('shop', 'books') + cart('annotations: { a: b }', 'books'))).answer,
    ).toBe('yes');
    expect((await membershipIn(ROLL + cart(ASKS, 'books'))).answer).toBe('unknown');
  });

  it('takes no name from a pattern', async () => {
    expect((await membershipIn(ROLL.replace('[shop]', '["*"]') + cart('annotations: { a: b }'))).answer).toBe(
      'unknown',
    );
  });
});
