import { testRule, yaml } from '@meshvet/core/testing';
import { portNameMissing } from './port-name-missing.ts';

testRule(portNameMissing, {
  good: {
    'a well-known port is TCP without a name': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { selector: { app: db }, ports: [{ port: 3306 }] }
    `,
    'UDP is not proxied, so its name does not matter': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: dns, namespace: shop }
      spec: { selector: { app: dns }, ports: [{ port: 5353, protocol: UDP }] }
    `,
    'the Services of kube-system are not spoken of': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: metrics, namespace: kube-system }
      spec: { selector: { app: metrics }, ports: [{ port: 443 }] }
    `,
    'a name that a later step fills in is not judged': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { selector: { app: cart }, ports: [{ name: "\${PORT_NAME}", port: 80 }] }
    `,
  },
});
