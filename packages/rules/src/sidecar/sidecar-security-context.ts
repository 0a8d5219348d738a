import {
  type Container,
  defineRule,
  INTERCEPTION_MODE_KEY,
  judgedSidecar,
  type Mesh,
  nameOf,
  renderedBy,
  securitySetting,
  type Workload,
  type WrittenSidecar,
} from '@meshvet/core';

export const sidecarSecurityContext = defineRule({
  meta: {
    id: 'sidecar-security-context',
    summary: 'A container of the mesh lacks the rights that it needs.',
    why: 'istio-init changes the network of the pod, for which it must be root with NET_ADMIN and NET_RAW, and with TPROXY the proxy needs rights too: without them the pods do not start.',
    fix: 'Give istio-init runAsUser 0, runAsNonRoot false and the capabilities NET_ADMIN and NET_RAW, as the injector writes it, or use the CNI plugin.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml (securityContext)',
      'kubernetes.io: Configure a Security Context for a Pod or Container',
    ],
    messages: {
      notRoot:
        '{resource}: {container} runs as user {user}, but {purpose} only as root; the rights that are added have no effect for other users.',
      refused:
        '{resource}: {container} is to run as user 0, and runAsNonRoot forbids it, so the kubelet does not start it.',
      capability: '{resource}: {container} is not given {capability}, without which it cannot {work}.',
      nothing:
        '{resource}: istio-init has no securityContext; without NET_ADMIN and NET_RAW, which no pod has of itself, it cannot redirect the traffic.',
    },
  },
  examples: {
    bad: [
      {
        title: 'no right to change the network',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -b, "*"]
                securityContext:
                  runAsUser: 0
                  capabilities:
                    add: [NET_RAW] #~ capability
                    drop: [ALL]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
    good: [
      {
        title: 'as the injector writes it',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -b, "*"]
                securityContext:
                  runAsUser: 0
                  runAsGroup: 0
                  runAsNonRoot: false
                  capabilities:
                    add: [NET_ADMIN, NET_RAW]
                    drop: [ALL]
            containers:
              - { name: cart, image: "cart:1" }
              - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.30.0", args: [proxy, sidecar] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    if (!written?.proxy) return;
    const resource = nameOf(workload.resource);
    for (const fault of [...initFaults(mesh, workload, written), ...proxyFaults(workload, written)]) {
      const { at, container } = fault;
      switch (fault.kind) {
        case 'notRoot':
          report(at, 'notRoot', { resource, container, user: fault.text, purpose: fault.work });
          break;
        case 'refused':
          report(at, 'refused', { resource, container });
          break;
        case 'capability':
          report(
            at,
            'capability',
            { resource, container, capability: fault.text, work: fault.work },
            { severity: fault.severity ?? 'error', onKey: true },
          );
          break;
        case 'nothing':
          // What a runtime or a policy of the cluster gives by itself is not known here.
          report(at, 'nothing', { resource }, { severity: 'warning' });
      }
    }
  },
});

interface Fault {
  readonly kind: 'notRoot' | 'refused' | 'capability' | 'nothing';
  readonly at: Container['field'] | ReturnType<Container['field']['at']>;
  readonly container: string;
  readonly text: string;
  readonly work: string;
  readonly severity?: 'error' | 'warning';
}

function initFaults(mesh: Mesh, workload: Workload, { init, ...rest }: WrittenSidecar): Fault[] {
  if (!init) return [];
  const container = init.name;
  const context = init.field.at('securityContext');
  if (!context.hasValue) {
    // Before 1.4 the image ran as root, and some runtimes gave such pods more.
    const podHas = workload.podSpec.at('securityContext').hasValue;
    return podHas
      ? rootFaults(workload, init)
      : [{ kind: 'nothing', at: init.field.at('name'), container, text: '', work: '' }];
  }
  const faults = rootFaults(workload, init);
  const missing = missingCapabilities(
    init,
    renderedBy(mesh, { init, ...rest }, '1.5') ? ['NET_ADMIN', 'NET_RAW'] : ['NET_ADMIN'],
  );
  const place = context.at('capabilities').at('add');
  for (const text of missing)
    faults.push({
      kind: 'capability',
      at: place.exists ? place : context,
      container,
      text,
      work: 'redirect the traffic of the pod',
      severity: text === 'NET_RAW' ? 'warning' : 'error',
    });
  return faults;
}

function rootFaults(workload: Workload, init: Container): Fault[] {
  const user = securitySetting(workload, init, 'runAsUser');
  if (typeof user.value === 'number' && user.value !== 0)
    return [
      {
        kind: 'notRoot',
        at: user.field,
        container: init.name,
        text: String(user.value),
        work: 'it can redirect the traffic',
      },
    ];
  return refused(workload, init);
}

function refused(workload: Workload, container: Container): Fault[] {
  const user = securitySetting(workload, container, 'runAsUser');
  const nonRoot = securitySetting(workload, container, 'runAsNonRoot');
  return user.value === 0 && nonRoot.value === true
    ? [{ kind: 'refused', at: nonRoot.field, container: container.name, text: '', work: '' }]
    : [];
}

function proxyFaults(workload: Workload, { proxy, iptables }: WrittenSidecar): Fault[] {
  if (!proxy) return [];
  const faults = refused(workload, proxy);
  const mode =
    iptables?.get('istio-inbound-interception-mode')?.value ?? workload.podAnnotations.get(INTERCEPTION_MODE_KEY);
  const context = proxy.field.at('securityContext');
  if (mode !== 'TPROXY' || !context.hasValue) return faults;
  const user = securitySetting(workload, proxy, 'runAsUser');
  if (typeof user.value === 'number' && user.value !== 0) {
    const work = 'with TPROXY it can take connections';
    return [...faults, { kind: 'notRoot', at: user.field, container: proxy.name, text: String(user.value), work }];
  }
  const place = context.at('capabilities').at('add');
  for (const text of missingCapabilities(proxy, ['NET_ADMIN'])) {
    faults.push({
      kind: 'capability',
      at: place.exists ? place : context,
      container: proxy.name,
      text,
      work: 'take connections with TPROXY',
    });
  }
  return faults;
}

// NET_RAW is among those that runtimes give by themselves: it is missing only where all are dropped.
function missingCapabilities(container: Container, needed: readonly string[]): string[] {
  const context = container.field.at('securityContext');
  const capabilities = context.at('capabilities');
  const lists = [capabilities.at('add'), capabilities.at('drop')];
  if (context.at('privileged').value === true) return [];
  if (
    !context.isMapping ||
    [capabilities, ...lists].some(
      (field) => field.hasValue && field.text() === undefined && !field.isList && !field.isMapping,
    )
  )
    return [];
  const [add, drop] = lists.map((list) => list.items().map((item) => item.text()?.replace(/^CAP_/, ''))) as [
    (string | undefined)[],
    (string | undefined)[],
  ];
  // One that is filled in later may be any.
  if (add.includes(undefined) || add.includes('ALL') || typeof context.at('privileged').value === 'string') return [];
  const dropsAll = drop.some((name) => name?.toUpperCase() === 'ALL' || name === 'NET_RAW');
  return needed.filter((name) => !add.includes(name) && (name !== 'NET_RAW' || dropsAll));
}
