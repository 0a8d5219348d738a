import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarIptablesInboundExclusions } from './sidecar-iptables-inbound-exclusions.ts';

const pod = (
  arg: string,
  release = '1.13.1',
  more: { annotations?: string; proxy?: string; mark?: string } = {},
) => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop, annotations: { ${more.annotations ?? ''} } }
  spec:
    initContainers:
      - name: istio-init
        image: docker.io/istio/proxyv2:${release}
        args: ${more.mark ?? ''}
          - istio-iptables
          - -b
          - "*"
          ${arg}
    containers:
      - { name: cart, image: "cart:1" }
      - name: istio-proxy
        image: docker.io/istio/proxyv2:${release}
        args: [proxy, sidecar${more.proxy ?? ''}]
`;

// The arguments that the guides print for 1.13.1: right from 1.6 on.
const GUIDE = '- -d\n          - 15090,15021,15020';

testRule(sidecarIptablesInboundExclusions, {
  bad: {
    'without 15021, in 1.6': pod('- -d=15090,15020 #~ lacks', '1.6.0'),
    '15201 is not 15021': pod('- -d\n          - 15090,15201,15020 #~ lacks'),
    'without 15090, in 1.5': pod('- -d=15020 #~ lacks', '1.5.0'),
    'nothing is left out': pod('- -d= #~ none'),
    'the option is not given': pod('- -p=15001', '1.13.1', { mark: '#~ none `args`' }),
    'the status port is another': pod('- -d=15090,15021,15020 #~ lacks', '1.13.1', {
      annotations: 'status.sidecar.istio.io/port: "15200"',
    }),
  },
  good: {
    'the arguments of the guides': pod(GUIDE),
    'and with the first release of this form': pod(GUIDE, '1.6.0'),
    'and with the newest': pod(GUIDE, '1.30.0'),
    'in another order, with more': pod('- -d=8080,15020,15021,15090'),
    '1.5 has no 15021': pod('- -d=15090,15020', '1.5.0'),
    '1.4 has no 15090': pod('- -d=15020', '1.4.0'),
    '1.0 has none': pod('- -d=', '1.0.4'),
    'a release that is not named, judged by istioVersion': {
      yaml: pod('- -d=15090,15020', 'latest'),
      settings: { istioVersion: '1.5' },
    },
    'only some ports are taken': pod('- -b=8080'),
    'filled in later': pod('- -d=${PORTS}'),
    'the agent is switched off': pod('- -d=15090,15021', '1.13.1', {
      annotations: 'status.sidecar.istio.io/port: "0"',
    }),
    'another status port, by the arguments of the proxy': pod('- -d=15090,15200', '1.5.0', {
      proxy: ', --statusPort, "15200"',
    }),
    'another status port, by the config': {
      yaml: pod('- -d=15090,15021,15200'),
      settings: { installation: { statusPort: 15200 } },
    },
  },
});

test('adds what is missing', async () => {
  const fixed = async (arg: string) =>
    (await findingsOf(sidecarIptablesInboundExclusions, { 'a.yaml': pod(arg) })).flatMap(
      (f) => f.edits?.map((e) => e.text) ?? [],
    );
  expect(await fixed('- -d\n          - 15090,15020')).toEqual(['"15090,15020,15021"']);
  expect(await fixed('- -d\n          - "15020"')).toEqual(['"15020,15090,15021"']);
  expect(await fixed('- -d=15020')).toEqual([]);
});
