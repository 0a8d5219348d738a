import {
  type Argument,
  defineRule,
  type Field,
  judgedLinkerd,
  listItems,
  nameOf,
  securitySetting,
  variablesOf,
  type WrittenSidecar,
} from '@meshvet/core';

export const linkerdInitArgsInconsistent = defineRule({
  meta: {
    id: 'linkerd-init-args-inconsistent',
    summary: 'linkerd-init redirects the traffic to other ports, or past another user, than linkerd-proxy has.',
    why: 'Where the ports differ, connections are refused; where the user differs, what the proxy sends is sent back to it without end.',
    fix: 'Render the manifest again with linkerd inject, or give both containers the same ports and user.',
    severity: 'error',
    about: 'linkerd',
    subject: 'workload',
    sources: [
      'linkerd/linkerd2-proxy-init cmd/root.go',
      'linkerd/linkerd2 charts/partials/templates/_proxy-init.tpl and _proxy.tpl',
    ],
    messages: {
      port: '{resource}: linkerd-init sends {direction} traffic to port {port}, but linkerd-proxy takes it on {expected}, so the connections are refused.',
      missing: '{resource}: linkerd-init is not given --{option}, without which it fails, and the pods never start.',
      user: '{resource}: linkerd-init leaves out user {uid}, but linkerd-proxy runs as user {user}, so its own connections are sent back to it.',
      nobody: '{resource}: linkerd-init leaves out no user, so what linkerd-proxy sends is sent back to it.',
      ignored:
        "{resource}: linkerd-init redirects port {port}, the proxy's own {purpose}, which is to stand in --inbound-ports-to-ignore.",
    },
  },
  examples: {
    bad: [
      {
        title: 'a port on one side only',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: web, namespace: shop }
          spec:
            initContainers:
              - name: linkerd-init
                image: cr.l5d.io/linkerd/proxy-init:v2.4.1
                args:
                  - --incoming-proxy-port
                  - "4144" #~ port \`"4144"\`
                  - --outgoing-proxy-port
                  - "4140"
                  - --proxy-uid
                  - "2102"
                  - --inbound-ports-to-ignore
                  - 4190,4191
            containers:
              - name: linkerd-proxy
                image: cr.l5d.io/linkerd/proxy:edge-25.1.1
                env: [{ name: LINKERD2_PROXY_INBOUND_LISTEN_ADDR, value: "0.0.0.0:4143" }]
              - { name: web, image: "web:1" }
        `,
      },
    ],
    good: [
      {
        title: 'the same on both sides',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: web, namespace: shop }
          spec:
            initContainers:
              - name: linkerd-init
                image: cr.l5d.io/linkerd/proxy-init:v2.4.1
                args: [--incoming-proxy-port, "4143", --outgoing-proxy-port, "4140", --proxy-uid, "2102", --inbound-ports-to-ignore, "4190,4191"]
            containers:
              - name: linkerd-proxy
                image: cr.l5d.io/linkerd/proxy:edge-25.1.1
                securityContext: { runAsUser: 2102 }
              - { name: web, image: "web:1" }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedLinkerd(mesh, workload);
    // Without arguments it stands for itself, as in many excerpts.
    if (!written?.proxy || !written.proxyInit?.field.hasValue) return;
    const { proxy, proxyInit } = written;
    const resource = nameOf(workload.resource);
    for (const { option, direction, purpose } of PORTS) {
      const given = proxyInit.get(option);
      const expected = portOf(written, purpose);
      if (!given && proxyInit.lacks(option)) report(proxyInit.field, 'missing', { resource, option }, { onKey: true });
      if (given?.value === undefined || expected === undefined || given.value === String(expected.port)) continue;
      report(
        given.field,
        'port',
        { resource, direction, port: given.value || '""', expected: expected.port },
        relatedTo(expected.field),
      );
    }
    const uid = proxyInit.get('proxy-uid');
    const gid = proxyInit.get('proxy-gid');
    const user = securitySetting(workload, proxy, 'runAsUser');
    if (!uid && !gid && proxyInit.lacks('proxy-uid')) report(proxyInit.field, 'nobody', { resource }, { onKey: true });
    // A group that is left out serves as well.
    if (
      uid?.value !== undefined &&
      !gid &&
      proxyInit.lacks('proxy-gid') &&
      typeof user.value === 'number' &&
      uid.value !== String(user.value)
    )
      report(uid.field, 'user', { resource, uid: uid.value || '""', user: user.value }, relatedTo(user.field));
    const ignored = proxyInit.all('inbound-ports-to-ignore');
    const listed = proxyInit.get('ports-to-redirect');
    if (
      listed ||
      ignored.some((argument) => argument.value === undefined) ||
      (ignored.length === 0 && !proxyInit.lacks('inbound-ports-to-ignore'))
    )
      return;
    for (const purpose of ['CONTROL', 'ADMIN'] as const) {
      const own = portOf(written, purpose);
      if (!own || covers(ignored, own.port)) continue;
      report(
        ignored.at(-1)?.field ?? proxyInit.field,
        'ignored',
        { resource, port: own.port, purpose: purpose === 'ADMIN' ? 'port for probes and metrics' : 'control port' },
        { severity: 'warning', onKey: ignored.length === 0 },
      );
    }
  },
});

const PORTS = [
  { option: 'incoming-proxy-port', direction: 'incoming', purpose: 'INBOUND' },
  { option: 'outgoing-proxy-port', direction: 'outgoing', purpose: 'OUTBOUND' },
] as const;

/** Ports that the proxy listens on where nothing else is written. Source: `linkerd/app/src/env.rs` of linkerd/linkerd2-proxy. */
const DEFAULTS = { INBOUND: 4143, OUTBOUND: 4140, CONTROL: 4190, ADMIN: 4191 } as const;

interface OwnPort {
  readonly port: number;
  readonly field: Field | undefined;
}

/** The port of the proxy for a purpose, by its environment; undefined where that cannot be read. */
function portOf({ proxy }: WrittenSidecar, purpose: keyof typeof DEFAULTS): OwnPort | undefined {
  if (!proxy || proxy.field.at('envFrom').hasValue) return undefined;
  const environment = variablesOf(proxy.field);
  const prefix = `LINKERD2_PROXY_${purpose}_LISTEN`;
  // LISTENER until 2.2, LISTEN_ADDR since, LISTEN_ADDRS beside it; the admin port was METRICS_LISTENER.
  const names = [...environment.keys()].filter(
    (name) => name.startsWith(prefix) || (purpose === 'ADMIN' && name === 'LINKERD2_PROXY_METRICS_LISTENER'),
  );
  const name = names.find((one) => one === `${prefix}_ADDR`) ?? names[0];
  if (name === undefined) {
    // In 2.0 and before other names stood for all of them.
    const older =
      environment.has('LINKERD2_PROXY_PUBLIC_LISTENER') ||
      [...environment.keys()].some((key) => key.startsWith('CONDUIT_'));
    return older ? undefined : { port: DEFAULTS[purpose], field: undefined };
  }
  const field = environment.get(name)?.at('value');
  const text = field?.string();
  const port = text === undefined ? undefined : /:(\d{1,5})$/.exec(text)?.[1];
  return port === undefined ? undefined : { port: Number(port), field };
}

function relatedTo(at: Field | undefined) {
  return at ? { related: [{ at, note: 'of linkerd-proxy' }] } : {};
}

function covers(lists: readonly Argument[], port: number): boolean {
  return lists.some(({ value }) =>
    listItems(value ?? '').some((item) => {
      const [from, to = from] = item.split('-', 2).map(Number);
      return from !== undefined && to !== undefined && from <= port && port <= to;
    }),
  );
}
