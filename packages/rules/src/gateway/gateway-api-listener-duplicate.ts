import {
  clashOf,
  conflictsOfListenerSet,
  defineRule,
  isServedByIstio,
  KUBERNETES_GATEWAY_TYPES,
  type KubernetesGateway,
  kubernetesGatewayToJudge,
  type Listener,
  lookupKubernetesGateway,
  type Mesh,
  nameOf,
  parentOfListenerSet,
  takesListenerSet,
} from '@meshvet/core';

export const gatewayApiListenerDuplicate = defineRule({
  meta: {
    id: 'gateway-api-listener-duplicate',
    summary: 'Two listeners of one Gateway, or of it and its ListenerSets, have one name or clash on their port.',
    why: 'The API server refuses a Gateway with the same listener twice; of others that clash, by protocol or between ListenerSets, only the first has its place, and what is attached to the other gets no traffic.',
    fix: 'Give each listener a name of its own and another hostname, port or protocol, or leave one of them out.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: KUBERNETES_GATEWAY_TYPES,
    codes: ['KIA1503'],
    sources: [
      'kubernetes-sigs/gateway-api apis/v1/gateway_types.go (GatewaySpec, its CEL rules)',
      'kubernetes-sigs/gateway-api apis/v1/listenerset_types.go',
      'istio/istio pilot/pkg/config/kube/gatewaycommon/listener_conflict.go',
      'istio/istio pilot/pkg/model/gateway.go (mergeGateways)',
      'kiali business/checkers/k8sgateways/multi_match_checker.go',
    ],
    messages: {
      same: '{gateway}: the listener "{name}" has port, protocol and hostname of "{other}": {port}, {protocol}, {hostname}.',
      name: '{gateway}: two listeners are called "{name}"; the name of each must be its own.',
      protocol:
        '{gateway}: the listener "{name}" is {protocol} on port {port}, and "{other}" is {otherProtocol} there; one port serves only one of them.',
      gateway:
        '{set}: the listener "{name}" ({what}) conflicts with "{other}" of {owner}; the listeners of the Gateway come first, so this one is not there.',
      set: '{set}: the listener "{name}" ({what}) conflicts with "{other}" of {owner}; only the one of the older ListenerSet is there.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a listener that was copied',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            listeners:
              - name: shop #~ same
                port: 80
                protocol: HTTP
                hostname: shop.example.com
              - name: shop-2 #~ same \`shop-2\`
                port: 80
                protocol: HTTP
                hostname: shop.example.com
              - name: shop #~ name
                port: 8080
                protocol: HTTP
        `,
      },
      {
        title: 'a ListenerSet that has port and hostname of its Gateway',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            allowedListeners: { namespaces: { from: All } }
            listeners: [{ name: shop, port: 80, protocol: HTTP, hostname: shop.example.com }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: ListenerSet
          metadata: { name: shop, namespace: shop }
          spec:
            parentRef: { name: front, namespace: edge }
            listeners:
              - name: web #~ gateway
                port: 80
                protocol: HTTP
                hostname: shop.example.com
        `,
      },
    ],
    good: [
      {
        title: 'one port, and a hostname for each',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            listeners:
              - { name: shop, port: 80, protocol: HTTP, hostname: shop.example.com }
              - { name: rest, port: 80, protocol: HTTP }
              - { name: shop-tls, port: 443, protocol: HTTPS, hostname: shop.example.com }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const gateway = kubernetesGatewayToJudge(mesh, resource);
    if (!gateway?.listenersKnown) return;
    const names = new Map<string, Listener>();
    const groups = new Map<string, Listener[]>();
    for (const listener of gateway.listeners) {
      const { name = '', hostname } = listener;
      const first = names.get(name);
      if (first) {
        const related = [{ at: first.field.at('name'), note: 'the other one' }];
        report(listener.field.at('name'), 'name', { gateway: nameOf(resource), name }, { codes: [], related });
        continue;
      }
      names.set(name, listener);
      if (hostname === undefined) continue;
      // Whatever hostname stands there, a port is all that these protocols know.
      const host = WITHOUT_HOSTNAME.has(listener.protocol ?? '') ? '' : hostname.toLowerCase();
      const key = `${listener.port} ${listener.protocol} ${host}`;
      groups.set(key, [...(groups.get(key) ?? []), listener]);
    }
    for (const group of groups.values()) {
      for (const listener of group.length > 1 ? group : []) {
        const other = group.find((l) => l !== listener) as Listener;
        const { name = '', port = '', protocol = '', hostname } = listener;
        const shown = hostname === '*' || WITHOUT_HOSTNAME.has(protocol) ? 'any hostname' : `hostname ${hostname}`;
        report(
          listener.field.at('name'),
          'same',
          { gateway: nameOf(resource), name, other: other.name ?? '', port, protocol, hostname: shown },
          { related: [{ at: other.field.at('name'), note: 'the other one' }] },
        );
      }
    }
    const conflicts = isTaken(mesh, gateway) ? conflictsOfListenerSet(mesh, gateway) : [];
    const lost = new Set(conflicts.map((c) => c.listener));
    for (const [listener, other] of clashesOf(mesh, gateway, lost)) {
      const { name = '', port = '', protocol = '' } = listener;
      const words = { gateway: nameOf(resource), name, port, protocol };
      report(
        listener.field.at('protocol'),
        'protocol',
        { ...words, other: other.name ?? '', otherProtocol: other.protocol ?? '' },
        { codes: [], related: [{ at: other.field.at('protocol'), note: 'the other one' }] },
      );
    }
    for (const { listener, clash, other, owner } of conflicts) {
      const { name = '', port = '', protocol = '', hostname = '*' } = listener;
      const host = hostname === '*' ? 'any hostname' : `hostname ${hostname}`;
      const what = `port ${port}, ${protocol}${clash === 'hostname' ? `, ${host}` : ''}`;
      const words = { set: nameOf(resource), name, what, other: other.name ?? '', owner: nameOf(owner.resource) };
      report(listener.field.at('name'), owner.kind === 'Gateway' ? 'gateway' : 'set', words, {
        codes: [],
        severity: owner.kind === 'Gateway' ? 'error' : 'warning',
        related: [{ at: other.field, note: `the one of ${nameOf(owner.resource)}` }],
      });
    }
  },
});

const WITHOUT_HOSTNAME: ReadonlySet<string> = new Set(['TCP', 'UDP']);

/** The listeners of different protocols that clash, each with the first before it, without those that have lost their place already. */
function clashesOf(
  mesh: Mesh,
  { kind, className, listeners }: KubernetesGateway,
  lost: ReadonlySet<Listener>,
): readonly (readonly [Listener, Listener])[] {
  const ofIstio = kind === 'Gateway' && isServedByIstio(mesh, className);
  const there = listeners.filter((l) => !lost.has(l));
  return there.flatMap((listener, i) => {
    const other = there
      .slice(0, i)
      .find((l) => l.protocol !== listener.protocol && clashOf(l, listener, ofIstio) === 'protocol');
    return other ? [[listener, other] as const] : [];
  });
}

// What a Gateway takes no listeners of is told elsewhere.
function isTaken(mesh: Mesh, set: KubernetesGateway): boolean {
  const parent = parentOfListenerSet(set);
  const lookup = parent && lookupKubernetesGateway(mesh, parent, set.resource);
  return lookup?.state === 'found' && lookup.value.every((g) => takesListenerSet(mesh, g, set).state !== 'refused');
}
