import { describe, expect, test } from 'vitest';
import { makeMesh } from '../testing/make-mesh.ts';

const application = (policy: string, namespace = 'shop') => `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop, namespace: argocd, labels: { istio-injection: disabled } }
spec:
  destination: { server: https://kubernetes.default.svc, namespace: ${namespace} }
  syncPolicy: ${policy}
`;
const MANAGED = 'managedNamespaceMetadata: { labels: { istio-injection: enabled } }';
const workload = `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template: { metadata: { labels: { app: cart } }, spec: { containers: [{ name: cart, image: cart:1 }] } }
`;

describe('the Namespace that Argo CD makes', () => {
  test('has the labels that the Application gives it', async () => {
    const mesh = await makeMesh(application(`{ syncOptions: [CreateNamespace=true], ${MANAGED} }`) + workload);
    expect(mesh.namespaces.map(({ name, resource }) => [name, resource.labels.get('istio-injection')])).toEqual([
      ['shop', 'enabled'],
    ]);
    const [cart] = mesh.workloads;
    expect(cart && mesh.membership(cart).answer).toBe('yes');
  });

  test.each([
    ['it makes none', `{ ${MANAGED} }`, 'shop'],
    ['it says nothing of it', '{ syncOptions: [CreateNamespace=true] }', 'shop'],
    ['its name is filled in later', `{ syncOptions: [CreateNamespace=true], ${MANAGED} }`, '""'],
  ])('is not there where %s', async (_, policy, name) => {
    expect((await makeMesh(application(policy, name) + workload)).namespaces).toEqual([]);
  });
});
