import { testRule, yaml } from '@meshvet/core/testing';
import { linkerdHostNetwork } from './linkerd-host-network.ts';

// The examples of the rule run too. A case is named for what was believed wrongly, or for what is right.
testRule(linkerdHostNetwork, {
  bad: {},
  good: {
    'TODO: a case that looks wrong and is not': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { selector: { app: db }, ports: [{ name: tcp-db, port: 3306 }] }
    `,
  },
});
