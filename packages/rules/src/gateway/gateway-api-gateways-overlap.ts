import {
  defineRule,
  type Field,
  identityOf,
  KUBERNETES_GATEWAY_TYPES,
  type KubernetesGateway,
  kubernetesGateways,
  kubernetesGatewayToJudge,
  type Listener,
  type Mesh,
  nameOf,
  type Resource,
} from '@meshvet/core';

export const gatewayApiGatewaysOverlap = defineRule({
  meta: {
    id: 'gateway-api-gateways-overlap',
    summary: 'Two Gateways ask for the same address, or serve the same hostname on the same port.',
    why: 'Each Gateway has an address of its own unless one is written: a second one does not get an address that is taken, and of two that serve one hostname clients reach the one that DNS knows.',
    fix: 'Join the listeners in one Gateway, or give each Gateway its own address and its own hostnames.',
    severity: 'warning',
    subject: 'resource',
    types: KUBERNETES_GATEWAY_TYPES,
    codes: ['KIA1501', 'KIA1502'],
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#gatewayspec',
      'istio.io/docs/tasks/traffic-management/ingress/gateway-api/#deployment-methods',
      'kiali business/checkers/k8sgateways/multi_match_checker.go',
    ],
    messages: {
      address: '{gateway}: the address {address} is also that of {other}; only one of the two may get it.',
      listener: '{gateway}: {other} serves {hostname} on port {port} as well, at the same address.',
      hostname:
        '{gateway}: {other} serves {hostname} on port {port} as well, at another address; clients reach one of them.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one address for two',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            addresses:
              - type: IPAddress
                value: 192.0.2.1 #~ address \`192.0.2.1\`
            listeners: [{ name: http, port: 80, protocol: HTTP }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: back, namespace: edge }
          spec:
            gatewayClassName: istio
            addresses:
              - type: IPAddress
                value: 192.0.2.1 #~ address
            listeners: [{ name: http, port: 80, protocol: HTTP }]
        `,
      },
      {
        title: 'one hostname on one gateway that is deployed by hand, and on two that Istio deploys',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            addresses: [{ type: Hostname, value: ingress.istio-gateways.svc.cluster.local }]
            listeners:
              - name: http
                hostname: shop.example.com #~ listener
                port: 80
                protocol: HTTP
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: back, namespace: shop }
          spec:
            gatewayClassName: istio
            addresses: [{ type: Hostname, value: ingress.istio-gateways.svc.cluster.local }]
            listeners:
              - name: http
                hostname: shop.example.com #~ listener
                port: 80
                protocol: HTTP
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: a, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners:
              - name: http
                hostname: a.example.com #~ hostname
                port: 80
                protocol: HTTP
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: b, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners:
              - name: http
                hostname: a.example.com #~ hostname
                port: 80
                protocol: HTTP
        `,
      },
    ],
    good: [
      {
        title: 'several Gateways of one gateway that is deployed by hand, with hostnames of their own',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            addresses: [{ type: Hostname, value: ingress.istio-gateways.svc.cluster.local }]
            listeners: [{ name: http, port: 80, protocol: HTTP, hostname: shop.example.com }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: back, namespace: edge }
          spec:
            gatewayClassName: istio
            addresses: [{ type: Hostname, value: ingress.istio-gateways.svc.cluster.local }]
            listeners: [{ name: http, port: 80, protocol: HTTP, hostname: office.example.com }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const gateway = kubernetesGatewayToJudge(mesh, resource);
    if (gateway?.kind !== 'Gateway' || !gateway.listenersKnown) return;
    const { byAddress, byListener } = mesh.derive(gatewayIndex);
    for (const { key, type, value, field } of addressesOf(gateway)) {
      const rivals = rivalsOf(mesh, gateway, byAddress.get(key));
      const [rival] = rivals;
      // Many Gateways may stand for one gateway that is deployed by hand, under the name of its Service.
      if (!rival || type === 'Hostname') continue;
      const isTaken = rivals.some((other) => sharePort(gateway, other));
      report(
        field,
        'address',
        { gateway: nameOf(resource), address: value, other: nameOf(rival.resource) },
        {
          codes: ['KIA1502'],
          related: [{ at: rival.spec.at('addresses'), note: `the address of ${nameOf(rival.resource)}` }],
          ...(isTaken ? {} : { severity: 'info', advice: true }),
        },
      );
    }
    for (const listener of gateway.listeners) {
      const { hostname, port = '', field } = listener;
      if (hostname === undefined || hostname.startsWith('*')) continue;
      const rivals = rivalsOf(mesh, gateway, byListener.get(listenerKey(listener)));
      const shared = rivals.find((other) => shareAddress(gateway, other));
      const rival = shared ?? rivals[0];
      if (!rival) continue;
      const related = [{ at: rival.spec.at('listeners'), note: `the listeners of ${nameOf(rival.resource)}` }];
      const words = { gateway: nameOf(resource), other: nameOf(rival.resource), hostname, port };
      const codes = ['KIA1501'];
      if (shared) report(field.at('hostname'), 'listener', words, { codes, related });
      else report(field.at('hostname'), 'hostname', words, { codes, related, severity: 'info', advice: true });
    }
  },
});

// So many of one address or hostname are no mesh.
const MOST = 50;

interface GatewayIndex {
  readonly byAddress: ReadonlyMap<string, readonly KubernetesGateway[]>;
  readonly byListener: ReadonlyMap<string, readonly KubernetesGateway[]>;
}

function gatewayIndex(mesh: Mesh): GatewayIndex {
  const byAddress = new Map<string, KubernetesGateway[]>();
  const byListener = new Map<string, KubernetesGateway[]>();
  const push = (map: Map<string, KubernetesGateway[]>, key: string, gateway: KubernetesGateway) => {
    const list = map.get(key);
    if (!list) map.set(key, [gateway]);
    else if (list.length < MOST && list.at(-1) !== gateway) list.push(gateway);
  };
  for (const gateway of mesh.derive(kubernetesGateways)) {
    if (gateway.kind !== 'Gateway' || !gateway.listenersKnown) continue;
    for (const { key } of addressesOf(gateway)) push(byAddress, key, gateway);
    for (const listener of gateway.listeners) push(byListener, listenerKey(listener), gateway);
  }
  return { byAddress, byListener };
}

function listenerKey({ hostname, port, protocol }: Listener): string {
  return `${port} ${protocol} ${hostname?.toLowerCase()}`;
}

function addressesOf({ spec }: KubernetesGateway) {
  return (spec.at('addresses').items() as Field[]).slice(0, MOST).flatMap((entry) => {
    const value = entry.at('value').string();
    const type = entry.at('type').hasValue ? entry.at('type').string() : 'IPAddress';
    return value && type ? [{ key: `${type} ${value}`, type, value, field: entry.at('value') }] : [];
  });
}

// Those of the same class that are surely applied beside it: two environments may have the same hosts.
function rivalsOf(
  mesh: Mesh,
  gateway: KubernetesGateway,
  others: readonly KubernetesGateway[] = [],
): readonly KubernetesGateway[] {
  const own = identityOf(gateway.resource);
  return others.filter(
    ({ resource, className }) =>
      identityOf(resource) !== own && className === gateway.className && settled(mesh, resource, gateway.resource),
  );
}

function settled(mesh: Mesh, other: Resource, resource: Resource): boolean {
  return mesh.appliedTogether(other, resource) && !mesh.assumesNamespace(other) === !mesh.assumesNamespace(resource);
}

function sharePort(a: KubernetesGateway, b: KubernetesGateway): boolean {
  const ports = new Set(a.listeners.map((l) => l.port));
  return b.listeners.some((l) => ports.has(l.port));
}

function shareAddress(a: KubernetesGateway, b: KubernetesGateway): boolean {
  const keys = new Set(addressesOf(a).map(({ key }) => key));
  return addressesOf(b).some(({ key }) => keys.has(key));
}
