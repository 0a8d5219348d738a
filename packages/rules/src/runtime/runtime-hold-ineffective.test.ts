import { testRule } from '@meshvet/core/testing';
import { runtimeHoldIneffective } from './runtime-hold-ineffective.ts';

const pod = (config: string, mark = '') => `apiVersion: v1
kind: Pod
metadata:
  name: cart
  namespace: shop
  annotations:
    proxy.istio.io/config: '${config}' ${mark}
spec: { containers: [{ name: cart, image: cart }] }
`;

const HOLD = '{ "holdApplicationUntilProxyStarts": true }';

testRule(runtimeHoldIneffective, {
  bad: {
    'native by the flag': { settings: { installation: { nativeSidecars: true } }, yaml: pod(HOLD, '#~ native') },
    'the name of the protocol buffer': pod('hold_application_until_proxy_starts: true', '#~ native'),
    'native by the nodes': pod(HOLD, '#~ native'),
    'a release that does not know it': { settings: { istioVersion: '1.6' }, yaml: pod(HOLD, '#~ unknown') },
  },
  good: {
    'classic since 1.7': { settings: { istioVersion: '1.7' }, yaml: pod(HOLD) },
    'nodes too old for native': { settings: { kubernetesVersion: '1.32' }, yaml: pod(HOLD) },
    'nothing is asked': { settings: { installation: { nativeSidecars: true } }, yaml: pod('concurrency: 2') },
    refused: pod('holdApplicationUntilProxyStarts: false'),
    'not in the mesh': pod(HOLD).replace(
      'annotations:',
      'labels: { sidecar.istio.io/inject: "false" }\n  annotations:',
    ),
    'gRPC without a proxy': pod(HOLD).replace(
      'annotations:',
      'annotations:\n    inject.istio.io/templates: grpc-agent',
    ),
    'no YAML': pod('{ holdApplication'),
  },
});
