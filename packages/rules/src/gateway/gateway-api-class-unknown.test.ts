import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiClassUnknown } from './gateway-api-class-unknown.ts';

const closed = (text: string) => ({ settings: { closedWorld: true }, yaml: text });
const gateway = yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: edge }
  spec: { gatewayClassName: custom, listeners: [] }
`;
const gatewayClass = (name: string) => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: GatewayClass
  metadata: { name: ${name} }
  spec: { controllerName: istio.io/gateway-controller }
`;

testRule(gatewayApiClassUnknown, {
  good: {
    'a placeholder of some other tool': closed(
      `${gatewayClass('other')}---\n${gateway.replace('custom', '"{GATEWAY_CLASS_NAME}"')}`,
    ),
    'no GatewayClass was read: that of another controller comes with its chart': closed(gateway),
    'the class is there': closed(`${gatewayClass('custom')}---\n${gateway}`),
    'the class may be elsewhere': `${gatewayClass('other')}---\n${gateway}`,
    'a placeholder': closed(`${gatewayClass('other')}---\n${gateway.replace('custom', '"${CLASS}"')}`),
  },
});
