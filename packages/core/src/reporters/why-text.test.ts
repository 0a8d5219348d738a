import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainWorkloads } from '../lint/explain.ts';
import { dedent } from '../testing/yaml.ts';
import { visibleJson } from './visible-text.ts';
import { whyTable, whyText } from './why-text.ts';

const SHOP = dedent(`
  apiVersion: v1
  kind: Namespace
  metadata:
    name: shop
    labels:
      istio-injection: enabled
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart } }
      spec:
        containers: [{ name: cart, image: "cart:1" }]
  ---
  apiVersion: batch/v1
  kind: Job
  metadata: { name: once, namespace: lost }
  spec:
    template:
      spec:
        containers: [{ name: once, image: "once:1" }]
  ---
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { app: cart }
    ports: [{ port: 80, name: http }]
`);

async function explain(text: string) {
  return (await explainWorkloads([{ path: 'shop.yaml', text }], { rules: [] })).workloads;
}

describe('whyTable', () => {
  it('has a row for each workload, and counts', async () => {
    expect(whyTable(await explain(SHOP), false)).toBe(
      dedent(`
        NAMESPACE  WORKLOAD         IN MESH  HOW             FINDINGS  WHY
        shop       Deployment/cart  yes      native sidecar  -         namespace shop has label istio-injection=enabled
        lost       Job/once         unknown  ?               -         no manifest of Namespace lost was read

        2 workloads: 1 in the mesh, 0 not, 1 unknown
        unknown: 1 because no manifest of Namespace lost was read
      `),
    );
  });
});

describe('whyText', () => {
  it('tells all of one workload', async () => {
    const [cart] = await explain(SHOP);
    expect(cart && whyText(cart, false)).toBe(
      dedent(`
        Deployment shop/cart  shop.yaml:10

        In the mesh  yes, with a sidecar of Istio
          namespace shop has label istio-injection=enabled  shop.yaml:6
          injected by revision default, template sidecar
          to turn it: label the pods sidecar.istio.io/inject: "false"

        Sidecar  native
          istiod chooses by the kubelets, native from Kubernetes 1.33 on (kubernetesVersion is 1.36)

        Service shop/cart  ClusterIP  shop.yaml:28
          80 (http) -> 80  HTTP, from the port name http  shop.yaml:31
            outbound  HTTP: listener 0.0.0.0_80, route 80 by Host header, cluster outbound|80||cart.shop.svc.cluster.local
            inbound   virtualInbound (15006), filter chain for port 80: HTTP, cluster inbound|80||

        Identity
          name      cart, label app  shop.yaml:14
          revision  latest, no label tells a version
          principal cluster.local/ns/shop/sa/default

        Findings  none
      `),
    );
  });

  it('writes nothing to a terminal that the manifests say', async () => {
    const word = fc.constantFrom('\u001b[2J', '\u009b31m', '\u202e', '\r', '\n', '\u0007', 'a', '"', '漢');
    const hostile = fc.array(word, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (name, label) => {
        const pod = {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name, namespace: name, labels: { app: label, 'istio.io/rev': label } },
          spec: { containers: [{ name, image: name, ports: [{ containerPort: 80, name: label }] }] },
        };
        const service = {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: label, namespace: name },
          spec: { selector: { app: label }, ports: [{ port: 80, name: label, appProtocol: name, targetPort: label }] },
        };
        const owner = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'istio-injection': label } } };
        const workloads = await explain(
          [pod, service, owner].map((one) => visibleJson(JSON.stringify(one))).join('\n---\n'),
        );
        expect(workloads).toHaveLength(1);
        for (const workload of workloads) {
          const text = whyText(workload, false) + whyTable([workload], false);
          expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
        }
      }),
      { numRuns: 60 },
    );
  });
});
