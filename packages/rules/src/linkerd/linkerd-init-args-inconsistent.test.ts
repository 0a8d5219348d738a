import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { linkerdInitArgsInconsistent } from './linkerd-init-args-inconsistent.ts';

const ARGS = [
  '--incoming-proxy-port=4143',
  '--outgoing-proxy-port=4140',
  '--proxy-uid=2102',
  '--inbound-ports-to-ignore=4190,4191,4567,4568',
];

const pod = (args: readonly string[], env = '', mark = '', user = '2102') => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: web, namespace: shop }
  spec:
    initContainers:
      - name: linkerd-init
        image: cr.l5d.io/linkerd/proxy-init:v2.4.1
        args: ${mark}
          ${args.map((arg) => `- ${arg}`).join('\n          ')}
    containers:
      - name: linkerd-proxy
        image: cr.l5d.io/linkerd/proxy:edge-25.1.1
        env: [${env}]
        securityContext: { runAsUser: ${user} }
      - { name: web, image: "web:1" }
`;
const without = (start: string) => ARGS.filter((arg) => !arg.startsWith(start));
const changed = (from: string, to: string) => ARGS.map((arg) => arg.replace(from, to));

testRule(linkerdInitArgsInconsistent, {
  bad: {
    'outgoing traffic': pod(changed('4140', '4141 #~ port')),
    'the proxy listens elsewhere': pod(
      changed('4143', '4143 #~ port'),
      '{ name: LINKERD2_PROXY_INBOUND_LISTEN_ADDR, value: "[::]:5143" }',
    ),
    'no port for incoming traffic': pod(without('--incoming'), '', '#~ missing `args`'),
    'another user': pod(changed('2102', '2103 #~ user')),
    'no user': pod(without('--proxy-uid'), '', '#~ nobody'),
    'the port for probes': pod(changed('4190,4191', '4190 #~ ignored')),
    'no port is left alone': pod(without('--inbound'), '', '#~ ignored ignored'),
    'an admin port of its own': pod(
      changed(',4568', ',4568 #~ ignored'),
      '{ name: LINKERD2_PROXY_ADMIN_LISTEN_ADDR, value: "0.0.0.0:1234" }',
    ),
  },
  good: {
    'as linkerd inject writes it': pod(ARGS),
    'a range of ports': pod(changed('4190,4191', '4100-4200')),
    'given one by one': pod([
      ...without('--inbound'),
      '--inbound-ports-to-ignore=4190',
      '--inbound-ports-to-ignore=4191',
    ]),
    'an admin port of its own, on both sides': pod(
      changed('4191', '1234'),
      '{ name: LINKERD2_PROXY_ADMIN_LISTEN_ADDR, value: "0.0.0.0:1234" }',
    ),
    'only some ports are redirected': pod([...without('--inbound'), '--ports-to-redirect=8080']),
    'the group is left out': pod([...changed('--proxy-uid=2102', '--proxy-uid=1'), '--proxy-gid=2102']),
    'filled in later': pod(changed('4143', '${PORT}')),
    'the address of the proxy is filled in later': pod(
      changed('4143', '1'),
      '{ name: LINKERD2_PROXY_INBOUND_LISTEN_ADDR, value: "$(ADDR)" }',
    ),
    'the user is filled in later': pod(changed('2102', '1'), '', '', '"${USER}"'),
    'the names of 2.0': pod(
      changed('4143', '1'),
      '{ name: LINKERD2_PROXY_PUBLIC_LISTENER, value: "tcp://0.0.0.0:1" }, { name: LINKERD2_PROXY_CONTROL_LISTENER, value: "tcp://0.0.0.0:4190" }, { name: LINKERD2_PROXY_METRICS_LISTENER, value: "tcp://0.0.0.0:4191" }',
    ),
    'an excerpt': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: web, namespace: shop }
      spec:
        initContainers: [{ name: linkerd-init, image: "cr.l5d.io/linkerd/proxy-init:v2.4.1" }]
        containers:
          - { name: web, image: "web:1" }
          - { name: linkerd-proxy, image: "cr.l5d.io/linkerd/proxy:edge-25.1.1" }
    `,
  },
});

test('warns only of ports that are to be left alone', async () => {
  const severity = async (args: readonly string[]) =>
    (await findingsOf(linkerdInitArgsInconsistent, { 'a.yaml': pod(args) })).map((f) => f.severity);
  expect(await severity(changed('4190,4191', '4190'))).toEqual(['warning']);
  expect(await severity(changed('4143', '4144'))).toEqual(['error']);
});
