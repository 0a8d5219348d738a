import { testRule } from '@meshvet/core/testing';
import { runtimeStartOrder } from './runtime-start-order.ts';

const CLASSIC = { installation: { nativeSidecars: false } } as const;

const pod = (container: string, mark = '', annotations = '') => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: cart, namespace: shop, annotations: { ${annotations} } }
spec:
  containers:
    - { name: cart, image: cart, ${container} } ${mark}
`;

const MIGRATE = 'command: [sh, -c, "python manage.py migrate && exec server"]';

testRule(runtimeStartOrder, {
  bad: {
    'a migration before the server': { settings: CLASSIC, yaml: pod(MIGRATE, '#~ early') },
    'nodes too old for the default': { settings: { kubernetesVersion: '1.30' }, yaml: pod(MIGRATE, '#~ early') },
    'the pods refuse to wait': {
      settings: { installation: { nativeSidecars: false, holdApplicationUntilProxyStarts: true } },
      yaml: pod(MIGRATE, '#~ early', 'proxy.istio.io/config: "holdApplicationUntilProxyStarts: false"'),
    },
  },
  good: {
    'native by the default': pod(MIGRATE),
    'the whole mesh waits': {
      settings: { installation: { nativeSidecars: false, holdApplicationUntilProxyStarts: true } },
      yaml: pod(MIGRATE),
    },
    'a loop tries again': {
      settings: CLASSIC,
      yaml: pod('command: [sh, -c, "until nc -z db 5432; do sleep 1; done; exec server"]'),
    },
    'a release without the setting': { settings: { istioVersion: '1.6' }, yaml: pod(MIGRATE) },
    'a later step fills the configuration of the proxy in': {
      settings: CLASSIC,
      yaml: pod(MIGRATE, '', 'proxy.istio.io/config: "holdApplicationUntilProxyStarts: ${HOLD}"'),
    },
    'a server': { settings: CLASSIC, yaml: pod('command: [server, --listen, "8080"]') },
    'not in the mesh for sure': { settings: CLASSIC, yaml: pod(MIGRATE).replace('enabled', 'disabled') },
  },
});
