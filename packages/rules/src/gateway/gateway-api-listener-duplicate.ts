import { defineRule, KUBERNETES_GATEWAY_TYPES, kubernetesGatewayToJudge, type Listener, nameOf } from '@meshvet/core';

export const gatewayApiListenerDuplicate = defineRule({
  meta: {
    id: 'gateway-api-listener-duplicate',
    summary: 'Two listeners of one Gateway have the same name, or the same port, protocol and hostname.',
    why: 'The API server refuses such a Gateway; where an old version takes it, both listeners are in conflict and serve nothing.',
    fix: 'Give each listener a name of its own and another hostname, port or protocol, or leave one of them out.',
    severity: 'error',
    subject: 'resource',
    types: KUBERNETES_GATEWAY_TYPES,
    codes: ['KIA1503'],
    sources: [
      'kubernetes-sigs/gateway-api apis/v1/gateway_types.go (GatewaySpec, its CEL rules)',
      'kiali business/checkers/k8sgateways/multi_match_checker.go',
    ],
    messages: {
      same: '{gateway}: the listener "{name}" has port, protocol and hostname of "{other}": {port}, {protocol}, {hostname}.',
      name: '{gateway}: two listeners are called "{name}"; the name of each must be its own.',
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
      const key = `${listener.port} ${listener.protocol} ${hostname.toLowerCase()}`;
      groups.set(key, [...(groups.get(key) ?? []), listener]);
    }
    for (const group of groups.values()) {
      for (const listener of group.length > 1 ? group : []) {
        const other = group.find((l) => l !== listener) as Listener;
        const { name = '', port = '', protocol = '', hostname } = listener;
        const shown = hostname === '*' ? 'any hostname' : `hostname ${hostname}`;
        report(
          listener.field.at('name'),
          'same',
          { gateway: nameOf(resource), name, other: other.name ?? '', port, protocol, hostname: shown },
          { related: [{ at: other.field.at('name'), note: 'the other one' }] },
        );
      }
    }
  },
});
