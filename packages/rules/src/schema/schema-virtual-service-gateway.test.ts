import { testRule } from '@meshvet/core/testing';
import { schemaVirtualServiceGateway } from './schema-virtual-service-gateway.ts';

const route = (gateways: string, matched = '[mesh]') => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart.example.com]
  gateways: ${gateways}
  http:
    - match:
        - gateways: ${matched}
      route: [{ destination: { host: cart } }]
`;

testRule(schemaVirtualServiceGateway, {
  bad: {
    'an underscore, behind which nothing is read': route('[front_1, b_2] #~ refused `front_1`'),
    'nothing before the slash': route('["/front"] #~ refused'),
    'two slashes': route('[a/b/c] #~ refused'),
    'a wildcard': route('[istio-system/*] #~ refused'),
    'an empty name': route('[""] #~ refused'),
    'a gateway of a match': route('[front]', '[front.shop] #~ doubted'),
  },
  good: {
    'a gateway that is filled in later': route('["${GATEWAY}", "istio-system/${GATEWAY}"]'),
    'a list that is none': route('front_1'),
  },
});
