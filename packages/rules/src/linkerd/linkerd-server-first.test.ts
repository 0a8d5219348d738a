import { testRule } from '@meshvet/core/testing';
import { linkerdServerFirst } from './linkerd-server-first.ts';

const db = ({
  port = '4406',
  more = '',
  service = '',
  pod = '',
  inject = 'enabled',
  mark = '',
  image = 'mysql:8',
} = {}) => `
apiVersion: v1
kind: Namespace
metadata: { name: store, annotations: { linkerd.io/inject: ${inject} } }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: store, annotations: { ${service} } }
spec:
  selector: { app: db }
  ports:
    - port: ${port} ${mark}
      ${more}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: store }
spec:
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db }, annotations: { ${pod} } }
    spec: { containers: [{ name: db, image: "${image}", ports: [{ containerPort: ${port} }] }] }
`;

testRule(linkerdServerFirst, {
  bad: {
    'NATS, which is in no list': db({ port: '4222', image: 'nats:2', mark: '#~ undeclared' }),
    'a list of the namespace without it': db({ mark: '#~ undeclared' }).replace(
      'linkerd.io/inject: enabled',
      'linkerd.io/inject: enabled, config.linkerd.io/opaque-ports: "3306"',
    ),
  },
  good: {
    'the port is written at the Service': db({ service: 'config.linkerd.io/opaque-ports: "4406"' }),
    'a range': db({ service: 'config.linkerd.io/opaque-ports: "4000-5000"' }),
    'an appProtocol that says so': db({ more: 'appProtocol: linkerd.io/opaque' }),
    'a port that goes past the proxy': db({ pod: 'config.linkerd.io/skip-inbound-ports: "4406"' }),
    'another mesh': db({ inject: 'disabled' }),
    'PostgreSQL, where the client speaks first': db({ port: '5433', image: 'postgres:16' }),
  },
});
