import { testRule, yaml } from '@meshvet/core/testing';
import { serviceTeamMissing } from './service-team-missing.js';

// Runs the examples of the rule, and these cases.
testRule(serviceTeamMissing, {
  bad: {
    'another label is not enough': yaml`
      apiVersion: v1
      kind: Service
      metadata: #~ missing
        name: cart
        namespace: shop
        labels: { app: cart }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
    `,
  },
  good: {
    'a label without a value is there': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop, labels: { team: '' } }
      spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
    `,
  },
});
