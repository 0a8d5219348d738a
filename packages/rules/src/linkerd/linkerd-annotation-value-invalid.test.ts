import { testRule, yaml } from '@meshvet/core/testing';
import { linkerdAnnotationValueInvalid } from './linkerd-annotation-value-invalid.ts';

// The examples of the rule run too. A case is named for what was believed wrongly, or for what is right.
testRule(linkerdAnnotationValueInvalid, {
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
