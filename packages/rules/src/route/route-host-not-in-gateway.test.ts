import { testRule, yaml } from '@meshvet/core/testing';
import { routeHostNotInGateway } from './route-host-not-in-gateway.ts';

const gateway = (hosts: string, namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front${namespace && `, namespace: ${namespace}`} }
  spec: { selector: { istio: ingressgateway }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [${hosts}] }] }
`;
const route = (hosts: string, mark = '', namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: route${namespace && `, namespace: ${namespace}`} }
  spec: { hosts: [${hosts}], gateways: [front], http: [] } ${mark}
`;

const two = (hosts: string, gateways = '[front]') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: cart, namespace: shop }
  spec:
    gateways: ${gateways}
    http: [{ route: [{ destination: { host: cart } }] }]
    hosts: ${hosts}
`;

testRule(routeHostNotInGateway, {
  bad: {
    'one of several hosts is at no gateway': `${gateway('a.example.com')}---\n${two(
      '[a.example.com, b.example.com] #~ hostNotServed `b.example.com`',
    )}`,
    'a Service of the mesh beside the name for outside': `${gateway('a.example.com')}---\n${yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
    `}---\n${two('[a.example.com, cart.shop.svc.cluster.local] #~ internal')}`,
    'a Service of the mesh beside the name for outside, at a gateway for every name': `${gateway('"*"')}---\n${yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
    `}---\n${two('[a.example.com, cart] #~ gatewayOnly')}`,
    'a Gateway without servers': `${yaml`
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata: { name: front, namespace: shop }
      spec: { selector: { istio: ingressgateway } }
    `}---\n${route('b.example.com', '#~ nothing')}`,
    'a listener of the Gateway API': `${yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: { name: front, namespace: shop }
      spec: { gatewayClassName: istio, listeners: [{ name: a, port: 80, protocol: HTTP, hostname: a.example.com }] }
    `}---\n${route('b.example.com', '#~ notServed')}`,
    'a wildcard does not cover its own domain': `${gateway('"*.example.com"')}---\n${route('example.com', '#~ notServed')}`,
  },
  good: {
    'names of the mesh alone, at a gateway inside it': `${gateway('"*"')}---\n${yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
    `}---\n${two('[cart.shop.svc.cluster.local]')}`,
    'each host is at one of two gateways': `${gateway('a.example.com')}---\n${gateway('b.example.com').replace(
      'name: front',
      'name: back',
    )}---\n${two('[a.example.com, b.example.com]', '[front, back]')}`,
    'sidecars read it as well': `${gateway('a.example.com')}---\n${two('[a.example.com, cart]', '[front, mesh]')}`,
    'one of two gateways was not read': `${gateway('a.example.com')}---\n${two(
      '[a.example.com, b.example.com]',
      '[front, edge/back]',
    )}`,
    'a host without its namespace': `${gateway('a.example.com')}---\n${route('A.example.com')}`,
    'a host that is filled in later': `${gateway('"${HOST}"')}---\n${route('a.example.com')}`,
    'a route whose host is filled in later': `${gateway('a.example.com')}---\n${route('"${HOST}"')}`,
    'namespaces that a later step writes': `${gateway('shop/a.example.com', '')}---\n${route('a.example.com', '', '')}`,
    'a Gateway that was not read': route('a.example.com'),
    'another manifest of the Gateway serves it': `${gateway('a.example.com')}---\n${gateway('b.example.com')}---\n${route('b.example.com')}`,
  },
});
