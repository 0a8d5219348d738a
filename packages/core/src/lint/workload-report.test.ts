import { describe, expect, it } from 'vitest';
import type { Config } from '../config/config.ts';
import { dedent } from '../testing/yaml.ts';
import { explainWorkloads } from './explain.ts';
import type { WorkloadReport } from './workload-result.ts';

async function explain(yaml: string, config: Config = {}): Promise<readonly WorkloadReport[]> {
  return (await explainWorkloads([{ path: 'shop.yaml', text: dedent(yaml) }], { rules: [], config })).workloads;
}

async function explainOne(yaml: string, config: Config = {}): Promise<WorkloadReport> {
  const [workload] = await explain(yaml, config);
  if (!workload) throw new Error('no workload');
  return workload;
}

const CART = `
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart, version: v2 } }
      spec:
        serviceAccountName: carts
        containers:
          - name: cart
            image: cart:1
            ports: [{ containerPort: 8080, name: web }, { containerPort: 9090 }]
`;
const SERVICE = `
  ---
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { app: cart }
    ports:
      - { port: 80, name: http-web, targetPort: web }
      - { port: 5432, targetPort: 5432 }
      - { port: 25, name: mail }
      - { port: 53, name: dns, protocol: UDP }
      - { port: 81, name: tcp-x, targetPort: nowhere }
      - { port: 90, name: udp-x }
`;
const namespace = (labels: string) => `
  ---
  apiVersion: v1
  kind: Namespace
  metadata:
    name: shop
    labels: { ${labels} }
`;

describe('what is told of a workload', () => {
  it('names the label that brings it in, with its place, and what would take it out', async () => {
    const { membership, istio, sidecar } = await explainOne(CART + namespace('istio-injection: enabled'));
    expect(membership).toMatchObject({
      answer: 'yes',
      mode: 'sidecar',
      reason: {
        text: 'namespace shop has label istio-injection=enabled',
        location: { file: 'shop.yaml', start: { line: 20 } },
      },
    });
    expect(istio).toMatchObject({
      outcome: 'injected',
      revision: 'default',
      templates: ['sidecar'],
      change: 'label the pods sidecar.istio.io/inject: "false"',
    });
    expect(sidecar).toMatchObject({ present: 'yes', form: 'native', written: false });
  });

  it('names what is missing, and the smallest change', async () => {
    const { membership, istio } = await explainOne(CART + namespace('team: shop'));
    expect(membership).toMatchObject({ answer: 'no', mode: null });
    expect(istio.facts.map((f) => f.text)).toEqual(['neither Namespace shop nor the pods carry a label of the mesh']);
    expect(istio.change).toBe('label the pods sidecar.istio.io/inject: "true"');
  });

  it('gives the opt-out of ambient mode as the reason, and takes it away as the smallest change', async () => {
    const out = CART.replace('labels: {', 'labels: { istio.io/dataplane-mode: none,');
    const { membership, istio, ambient } = await explainOne(out + namespace('istio.io/dataplane-mode: ambient'));
    expect(membership).toMatchObject({
      answer: 'no',
      reason: { text: 'the pods have label istio.io/dataplane-mode=none' },
    });
    expect(istio.facts.map((f) => f.text)).toEqual([
      'neither Namespace shop nor the pods carry a label that asks for a sidecar',
    ]);
    expect(ambient.change).toBe('take label istio.io/dataplane-mode away from the pods');
  });

  it('knows no way back into ambient mode where the namespace is not in it', async () => {
    const { membership, ambient } = await explainOne(CART + namespace('istio.io/dataplane-mode: none'));
    expect(membership.reason.text).toBe('namespace shop has label istio.io/dataplane-mode=none');
    expect(ambient.change).toBeNull();
  });

  it('says what would have to be read', async () => {
    const elsewhere = namespace('istio-injection: enabled').replace('shop', 'books');
    const { membership, istio } = await explainOne(CART + elsewhere);
    expect(membership).toMatchObject({ answer: 'unknown', reason: { text: 'no manifest of Namespace shop was read' } });
    expect(istio.change).toBe('add the manifest of Namespace shop to what is checked');
  });

  it('is out of the mesh where nothing uses one', async () => {
    const { membership } = await explainOne(CART + namespace('team: a'));
    expect(membership).toMatchObject({ answer: 'no' });
    expect((await explainOne(CART)).membership).toMatchObject({
      answer: 'no',
      reason: { text: 'nothing that was read uses a mesh' },
    });
    expect((await explainOne(CART, { expectMesh: 'all' })).membership).toMatchObject({ answer: 'yes' });
  });

  it('needs two changes where a namespace vetoes', async () => {
    const { istio } = await explainOne(CART + namespace('istio-injection: disabled'));
    expect(istio.change).toBe('label the namespace istio-injection: enabled');
  });

  it('reads each port as the proxies do', async () => {
    const { services } = await explainOne(CART + SERVICE + namespace('istio-injection: enabled'));
    const ports = services[0]?.ports ?? [];
    expect(ports.map((p) => [p.number, p.target, p.protocol, p.reason])).toEqual([
      [80, 8080, 'HTTP', 'from the port name http-web'],
      [5432, 5432, 'auto', 'the port has no name and no appProtocol'],
      [25, 25, 'TCP', 'port 25 is taken for TCP, since its servers speak first'],
      [53, 53, 'UDP', 'from protocol: UDP'],
      [81, null, 'TCP', 'from the port name tcp-x'],
      [90, 90, 'UDP', 'from the port name udp-x'],
    ]);
    expect(ports.map((p) => p.outbound)).toEqual([
      'HTTP: listener 0.0.0.0_80, route 80 by Host header, cluster outbound|80||cart.shop.svc.cluster.local',
      'read from the first bytes, HTTP or else TCP: listener on the cluster IP, port 5432, cluster outbound|5432||cart.shop.svc.cluster.local',
      'TCP bytes: listener on the cluster IP, port 25, cluster outbound|25||cart.shop.svc.cluster.local',
      'UDP is not proxied',
      'TCP bytes: listener on the cluster IP, port 81, cluster outbound|81||cart.shop.svc.cluster.local',
      'no listener and no cluster: a udp name on a TCP port loses the traffic',
    ]);
    expect(ports[0]?.inbound).toBe('virtualInbound (15006), filter chain for port 8080: HTTP, cluster inbound|8080||');
    expect(ports[4]?.inbound).toBe('no container has a port named nowhere, so these pods are no endpoint of the port');
  });

  it('tells of ports that no Service leads to', async () => {
    const { otherPorts } = await explainOne(CART + SERVICE + namespace('istio-injection: enabled'));
    expect(otherPorts.map((p) => p.number)).toEqual([9090]);
  });

  it('tells the identity, and from which label it comes', async () => {
    const { identity } = await explainOne(CART);
    expect(identity).toMatchObject({
      name: { value: 'cart', from: { text: 'label app' } },
      revision: { value: 'v2', from: { text: 'label version' } },
      serviceAccount: 'carts',
    });
    const bare = await explainOne(
      CART.replace('app: cart, version: v2', 'role: x').replace('app: cart }', 'role: x }'),
    );
    expect(bare.identity).toMatchObject({ name: { value: 'cart' }, revision: { value: 'latest' } });
  });

  it('keeps the meshes apart', async () => {
    const ambient = await explainOne(CART + namespace('istio.io/dataplane-mode: ambient'));
    expect(ambient.membership).toMatchObject({ answer: 'yes', mode: 'ambient' });
    expect(ambient.sidecar.present).toBe('no');
    const linkerd = await explainOne(
      CART + namespace('a: b').replace('labels: { a: b }', 'annotations: { linkerd.io/inject: enabled }'),
    );
    expect(linkerd.membership).toMatchObject({ answer: 'yes', mode: 'linkerd' });
    expect(linkerd.linkerd).toMatchObject({ outcome: 'injected', mode: 'enabled' });
  });

  it('is plain JSON', async () => {
    const reports = await explain(CART + SERVICE + namespace('istio-injection: enabled'));
    expect(JSON.parse(JSON.stringify(reports))).toEqual(reports);
  });
});
