import { type Config, explainWorkloads, lint } from '@meshvet/core';
import { yaml } from '@meshvet/core/testing';
import { describe, expect, test } from 'vitest';
import { allRules } from './index.ts';

// What the first guides to Istio told people to do, statement by statement: what holds in their days (profile istio-1.0) and what holds today.
// Many of them are still copied, so each is a rule, an option, or known not to hold any more.

async function rulesOf(text: string, config: Config = {}): Promise<string[]> {
  const { findings, failures } = await lint([{ path: 'guide.yaml', text }], { rules: allRules, config });
  expect(failures).toEqual([]);
  return [...new Set(findings.map((f) => f.ruleId))].sort();
}

async function severityOf(ruleId: string, text: string, config: Config = {}): Promise<string | undefined> {
  const { findings } = await lint([{ path: 'guide.yaml', text }], { rules: allRules, config });
  return findings.find((f) => f.ruleId === ruleId)?.severity;
}

async function whyOf(text: string, config: Config = {}) {
  const { workloads } = await explainWorkloads([{ path: 'guide.yaml', text }], { rules: [], config });
  return workloads;
}

const SHOP = yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { istio-injection: enabled } }
`;
const deployment = (name: string, labels: string, more = '') => yaml`
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { ${labels} } }
      spec:
        containers: [{ name: cart, image: "cart:1", ports: [{ containerPort: 8080 }] }]
        ${more}
`;
const service = (name: string, port: string) => yaml`
  ---
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: shop, labels: { app: cart } }
  spec:
    selector: { app: cart }
    ports: [{ ${port} }]
`;
const CART = deployment('cart', 'app: cart, version: v1');
const OLD: Config = { profile: 'istio-1.0' };

describe('every pod belongs to exactly one Service', () => {
  const two = SHOP + CART + service('cart', 'port: 8080, name: http') + service('cart-too', 'port: 8080, name: http');
  test('strict then, unless the option says otherwise', async () => {
    expect(await rulesOf(two, OLD)).toContain('service-pod-single-service');
    expect(await rulesOf(two, { ...OLD, allowMultipleServices: 'same-protocol' })).not.toContain(
      'service-pod-single-service',
    );
    const other = service('other', 'port: 80, name: http').replace(
      'selector: { app: cart }',
      'selector: { app: other }',
    );
    expect(await rulesOf(SHOP + CART + other, OLD)).toContain('service-pod-no-service');
  });
  test('today only a clash of protocols is a mistake', async () => {
    expect(await rulesOf(two)).not.toContain('service-pod-single-service');
    expect(await rulesOf(SHOP + CART)).not.toContain('service-pod-no-service');
    const clash =
      SHOP + CART + service('cart', 'port: 8080, name: http') + service('cart-too', 'port: 8080, name: tcp');
    expect(await rulesOf(clash)).toContain('service-protocol-conflict');
  });
});

describe('ports of Services are named <protocol>[-<suffix>]', () => {
  const named = (port: string) => SHOP + CART + service('cart', port);
  test('five protocols then, as an error; a hint today, since the port is sniffed', async () => {
    expect(await severityOf('port-name-protocol-prefix', named('port: 8080, name: web'), OLD)).toBe('error');
    expect(await severityOf('port-name-protocol-prefix', named('port: 8080, name: web'))).toBe('info');
    for (const name of ['http', 'http2', 'grpc', 'mongo', 'redis']) {
      expect(await rulesOf(named(`port: 8080, name: ${name}-x`), OLD)).not.toContain('port-name-protocol-prefix');
    }
  });
  test('http2-foo is right, http2foo is not', async () => {
    expect(await rulesOf(named('port: 8080, name: http2-foo'), OLD)).not.toContain('port-name-missing-separator');
    expect(await severityOf('port-name-missing-separator', named('port: 8080, name: http2foo'), OLD)).toBe('error');
    expect(await severityOf('port-name-missing-separator', named('port: 8080, name: http2foo'))).toBe('warning');
  });
  test('what is not named was TCP then, and is read from the first bytes today; UDP is UDP', async () => {
    const protocol = async (port: string, config: Config) =>
      (await whyOf(named(port), config))[0]?.services[0]?.ports[0]?.protocol;
    expect(await protocol('port: 8080', OLD)).toBe('TCP');
    expect(await protocol('port: 8080', {})).toBe('auto');
    expect(await protocol('port: 8080, protocol: UDP', OLD)).toBe('UDP');
  });
});

describe('every Deployment has an app label of its own', () => {
  test('a missing one is an error then, a warning today', async () => {
    const text = SHOP + deployment('cart', 'role: cart').replace('app: cart', 'role: cart');
    expect(await severityOf('labels-app-missing', text, OLD)).toBe('error');
    expect(await severityOf('labels-app-missing', text)).toBe('warning');
  });
  test('two versions of one application share it, as in a canary release', async () => {
    const canary =
      SHOP + CART + deployment('cart-v2', 'app: cart, version: v2') + service('cart', 'port: 8080, name: http');
    expect(await rulesOf(canary, { ...OLD, uniqueApp: 'strict' })).not.toContain('labels-app-version-not-unique');
    expect(await rulesOf(canary)).not.toContain('labels-app-version-not-unique');
    const same =
      SHOP + CART + deployment('cart-two', 'app: cart, version: v1') + service('cart', 'port: 8080, name: http');
    expect(await rulesOf(same)).toContain('labels-app-version-not-unique');
  });
  test('the Service carried one too, for the tracing of those days', async () => {
    const bare = (SHOP + CART + service('cart', 'port: 8080, name: http')).replace(', labels: { app: cart }', '');
    expect(await rulesOf(bare, OLD)).toContain('labels-service-app-missing');
    expect(await rulesOf(bare)).not.toContain('labels-service-app-missing');
  });
});

describe('the sidecar comes by the Initializer', () => {
  test('what is left of it does nothing', async () => {
    const text =
      SHOP +
      CART.replace('metadata: { labels:', 'metadata: { annotations: { alpha.istio.io/sidecar: injected }, labels:');
    expect(await rulesOf(text)).toContain('inject-initializer-legacy');
  });
});

describe('an Ingress of class istio wants a port named http', () => {
  const ingress = yaml`
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: { name: cart, namespace: shop, annotations: { kubernetes.io/ingress.class: istio } }
    spec:
      rules:
        - http:
            paths: [{ path: /, pathType: Prefix, backend: { service: { name: cart, port: { number: 8080 } } } }]
  `;
  test('any port that is read as HTTP will do', async () => {
    const through = (port: string) => SHOP + CART + service('cart', port) + ingress;
    expect(await rulesOf(through('port: 8080, name: http-web'))).not.toContain('route-ingress-port-not-http');
    expect(await rulesOf(through('port: 8080, name: tcp-web'))).toContain('route-ingress-port-not-http');
  });
});

describe('a Deployment of extensions/v1beta1 needs no selector', () => {
  test('it is read, and no label is ever added to a selector that was taken from the labels', async () => {
    const text = (SHOP + deployment('cart', 'role: cart'))
      .replace('apps/v1', 'extensions/v1beta1')
      .replace(/ *selector: .*matchLabels.*\n/, '');
    const { findings } = await lint([{ path: 'guide.yaml', text }], {
      rules: allRules,
      config: { ...OLD, preset: 'all' },
    });
    expect(findings.map((f) => f.ruleId)).toEqual(
      expect.arrayContaining(['labels-selector-defaulted', 'labels-app-missing']),
    );
    expect(findings.filter((f) => f.ruleId === 'labels-app-missing').flatMap((f) => f.edits ?? [])).toEqual([]);
  });
});

describe('the labels of injection', () => {
  const pod = (namespace: string, labels = 'app: cart') =>
    `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop${namespace} }\n${deployment('cart', labels)}`;
  const outcome = async (text: string, config: Config = {}) => (await whyOf(text, config))[0]?.istio.outcome;
  test('a label that says no keeps the pod out', async () => {
    expect(
      await outcome(pod(', labels: { istio-injection: disabled }', 'app: cart, sidecar.istio.io/inject: "true"')),
    ).toBe('not-injected');
    expect(
      await outcome(pod(', labels: { istio-injection: enabled }', 'app: cart, sidecar.istio.io/inject: "false"')),
    ).toBe('not-injected');
  });
  test('a label that says yes brings it in', async () => {
    expect(await outcome(pod(', labels: { istio-injection: enabled }'))).toBe('injected');
    expect(await outcome(pod('', 'app: cart, sidecar.istio.io/inject: "true"'))).toBe('injected');
  });
  test('without any, enableNamespacesByDefault decides, which is off', async () => {
    expect(await outcome(pod(''))).toBe('not-injected');
    expect(await outcome(pod(''), { enableNamespacesByDefault: true })).toBe('injected');
  });
});

describe('routes by subset', () => {
  const route = (weights: readonly [number, number]) => yaml`
    ---
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: { name: cart, namespace: shop }
    spec:
      hosts: [cart]
      http:
        - route:
            - { destination: { host: cart, subset: v1 }, weight: ${weights[0]} }
            - { destination: { host: cart, subset: v2 }, weight: ${weights[1]} }
  `;
  const canary =
    SHOP + CART + deployment('cart-v2', 'app: cart, version: v2') + service('cart', 'port: 8080, name: http');
  const subsets = yaml`
    ---
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: { name: cart, namespace: shop }
    spec:
      host: cart
      subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }]
  `;
  test('a DestinationRule has to define them', async () => {
    expect(await rulesOf(canary + route([80, 20]))).toContain('route-subset-undefined');
    expect(await rulesOf(canary + route([80, 20]) + subsets)).not.toContain('route-subset-undefined');
  });
  test('weights had to make 100 up to 1.14', async () => {
    const shares = canary + route([8, 2]) + subsets;
    expect(await severityOf('route-weight-total', shares, { istioVersion: '1.14' })).toBe('error');
    expect(await severityOf('route-weight-total', shares, { istioVersion: '1.15' })).not.toBe('error');
  });
});

describe('native sidecars', () => {
  const form = async (config: Config) => (await whyOf(SHOP + CART, config))[0]?.sidecar.form;
  test('a switch of istiod at first, and by the nodes since 1.27', async () => {
    expect(await form({ istioVersion: '1.19', kubernetesVersion: '1.29' })).toBe('classic');
    expect(
      await form({ istioVersion: '1.19', kubernetesVersion: '1.29', installation: { nativeSidecars: true } }),
    ).toBe('native');
    expect(await form({ istioVersion: '1.27', kubernetesVersion: '1.32' })).toBe('classic');
    expect(await form({ istioVersion: '1.27', kubernetesVersion: '1.33' })).toBe('native');
  });
  const job = (config: Config) => {
    const text =
      SHOP +
      yaml`
      ---
      apiVersion: batch/v1
      kind: Job
      metadata: { name: once, namespace: shop }
      spec:
        template:
          metadata: { labels: { app: once } }
          spec:
            restartPolicy: Never
            containers: [{ name: once, image: "once:1" }]
    `;
    return rulesOf(text, config);
  };
  test('Jobs end with them', async () => {
    expect(await job({ istioVersion: '1.26' })).toContain('runtime-job-never-completes');
    expect(await job({ istioVersion: '1.26', installation: { nativeSidecars: true } })).not.toContain(
      'runtime-job-never-completes',
    );
  });
});

describe('numbers of the proxy', () => {
  test('user 1337 is the one of the proxy, except where the namespace gives it', async () => {
    const text = SHOP + deployment('cart', 'app: cart, version: v1', 'securityContext: { runAsUser: 1337 }');
    expect(await rulesOf(text)).toContain('runtime-proxy-uid');
    expect(await rulesOf(text, { installation: { proxyUid: 'assigned' } })).not.toContain('runtime-proxy-uid');
  });
  test('15021 is reserved, and 15201 is a slip of the pen', async () => {
    const listens = (port: number) => SHOP + CART.replace('containerPort: 8080', `containerPort: ${port}`);
    expect(await rulesOf(listens(15_021))).toContain('runtime-reserved-port');
    expect(await rulesOf(listens(15_201))).not.toContain('runtime-reserved-port');
  });
});
