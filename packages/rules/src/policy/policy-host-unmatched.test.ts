import { testRule, yaml } from '@meshvet/core/testing';
import { policyHostUnmatched } from './policy-host-unmatched.ts';

const policy = (hosts: string, mark = '') =>
  [
    yaml`
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata: { name: cart, namespace: shop }
      spec: { rules: [{ to: [{ operation: { ${hosts} } }] }] } ${mark}
    `,
    yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
    `,
    yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: pay, namespace: shop }
      spec: { hosts: [pay], http: [{ route: [{ destination: { host: cart } }] }] }
    `,
  ].join('---\n');
const closed = (text: string, more = {}) => ({ yaml: text, settings: { closedWorld: true, ...more } });

testRule(policyHostUnmatched, {
  bad: {
    'a scheme': policy('hosts: ["http://shop.example.com"]', '#~ meant'),
    'a path': policy('hosts: ["shop.example.com/api"]', '#~ unmatched'),
    'a star in the middle': policy('hosts: ["api.*.example.com"]', '#~ unmatched'),
    'a star at each end': policy('hosts: ["*.example.com:*"]', '#~ unmatched'),
    'an expression': policy(String.raw`hosts: ['.*\.example\.com']`, '#~ unmatched'),
    'no Service of the namespace': closed(policy('hosts: [cart.shop, catr.shop]', '#~ service `catr.shop`')),
    'with a port': closed(policy('hosts: ["catr:8080"]', '#~ service')),
  },
  good: {
    'in an open world anything may be called so': policy('hosts: [catr]'),
    'a Service, a VirtualService, another domain, this machine': closed(
      policy('hosts: [cart, Cart, "cart:*", pay, cart.shop.svc.cluster.local, shop.example.com, app.tech, localhost]'),
    ),
    'the config declares it': closed(policy('hosts: [bank]'), { externals: { services: ['shop/bank'] } }),
    'what is left out': closed(policy('notHosts: [catr]')),
    'an address of IPv6 with its port': policy('hosts: ["[2001:db8::1]:8080"]'),
  },
});
