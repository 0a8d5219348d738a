import { describe, expect, test } from 'vitest';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';

// One entry of the configuration that the chart makes, as articles print it: the one for `istio.io/rev`.
const BY_REVISION = yaml`
  apiVersion: admissionregistration.k8s.io/v1
  kind: MutatingWebhookConfiguration
  metadata: { name: istio-sidecar-injector }
  webhooks:
    - admissionReviewVersions: [v1beta1, v1]
      clientConfig:
        service: { name: istiod, namespace: istio-system, path: /inject, port: 443 }
      failurePolicy: Fail
      matchPolicy: Equivalent
      name: rev.namespace.sidecar-injector.istio.io
      namespaceSelector:
        matchExpressions:
          - { key: istio.io/rev, operator: In, values: [default] }
          - { key: istio-injection, operator: DoesNotExist }
      objectSelector:
        matchExpressions:
          - { key: sidecar.istio.io/inject, operator: NotIn, values: ["false"] }
      reinvocationPolicy: Never
      rules:
        - { apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods], scope: "*" }
`;

async function decisions(labels: string, podLabels = 'app: cart', webhook = BY_REVISION) {
  const mesh = await makeMesh(
    {
      'webhook.yaml': webhook,
      'app.yaml': yaml`
        apiVersion: v1
        kind: Namespace
        metadata: { name: shop, labels: { ${labels} } }
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: cart, namespace: shop, labels: { ${podLabels} } }
        spec: { containers: [{ name: cart, image: cart }] }
      `,
    },
    { closedWorld: true },
  );
  const [workload] = mesh.workloads;
  const [namespace] = mesh.namespaces;
  if (!workload || !namespace) throw new Error('not read');
  const { outcome, cause } = mesh.admission(workload).istio;
  return { pod: `${outcome} ${cause}`, silent: mesh.injectionIn(namespace).outcome };
}

describe('a webhook that is printed is taken at its word', () => {
  test('the namespace with the revision is injected', async () => {
    expect(await decisions('istio.io/rev: default')).toEqual({
      pod: 'injected namespace-revision',
      silent: 'injected',
    });
  });
  test('one with istio-injection=enabled is not, although articles say so: another entry serves that label', async () => {
    expect(await decisions('istio-injection: enabled')).toEqual({
      pod: 'not-injected no-default-revision',
      silent: 'not-injected',
    });
  });
  test('one with both is not', async () => {
    expect((await decisions('istio-injection: enabled, istio.io/rev: default')).silent).toBe('not-injected');
  });
  test('one with none is not', async () => {
    expect(await decisions('team: a')).toEqual({ pod: 'not-injected no-label', silent: 'not-injected' });
  });
  test('one without a rule for new pods is never called', async () => {
    const idle = BY_REVISION.replace('CREATE', 'UPDATE');
    expect((await decisions('istio.io/rev: default', 'app: cart', idle)).pod).toBe('not-injected webhook');
  });
  test('a pod with label "false" is not, whatever its namespace says', async () => {
    expect(await decisions('istio.io/rev: default', 'sidecar.istio.io/inject: "false"')).toEqual({
      pod: 'not-injected pod-label',
      silent: 'injected',
    });
  });
});

test('a Pod of istiod proves that its revision is installed', async () => {
  const mesh = await makeMesh(yaml`
    apiVersion: v1
    kind: Pod
    metadata: { name: istiod-canary-1, namespace: istio-system, labels: { app: istiod, istio.io/rev: canary } }
    spec: { containers: [{ name: discovery, image: pilot }] }
  `);
  expect(mesh.installation.revisions.map((r) => r.value)).toEqual(['canary']);
});
