import {
  type Container,
  defineRule,
  judgedSidecar,
  listItems,
  nameOf,
  securitySetting,
  type Workload,
} from '@meshvet/core';

export const sidecarIptablesUid = defineRule({
  meta: {
    id: 'sidecar-iptables-uid',
    summary: 'istio-init does not leave the traffic of the proxy itself alone, or leaves that of others alone.',
    why: 'What the proxy sends is known by its user or group; if neither is left out, it is sent back to the proxy without end, and if root is, every process of root gets past the proxy.',
    fix: 'Give istio-init -u with the runAsUser of istio-proxy, which is 1337 unless the platform assigns it.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio tools/istio-iptables/pkg/capture/run.go (uid-owner, gid-owner)',
      'istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml',
    ],
    messages: {
      loop: '{resource}: istio-init leaves out user {uids} and group {gids}, but istio-proxy runs as user {user}{group}, so its own connections are sent back to it.',
      root: '{resource}: istio-init leaves out user 0, so all processes that run as root get past the proxy.',
    },
  },
  examples: {
    bad: [
      {
        title: 'two users',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args:
                  - istio-iptables
                  - -u
                  - "1338" #~ loop \`"1338"\`
                  - -b
                  - "*"
            containers:
              - { name: cart, image: "cart:1" }
              - name: istio-proxy
                image: docker.io/istio/proxyv2:1.30.0
                args: [proxy, sidecar]
                securityContext: { runAsUser: 1337, runAsGroup: 1337 }
        `,
      },
    ],
    good: [
      {
        title: 'one user',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - name: istio-init
                image: docker.io/istio/proxyv2:1.30.0
                args: [istio-iptables, -u, "1337", -b, "*"]
            containers:
              - { name: cart, image: "cart:1" }
              - name: istio-proxy
                image: docker.io/istio/proxyv2:1.30.0
                args: [proxy, sidecar]
                securityContext: { runAsUser: 1337, runAsGroup: 1337 }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    if (!written?.proxy || !written.iptables) return;
    const { iptables, proxy } = written;
    const uid = iptables.get('proxy-uid');
    const gid = iptables.get('proxy-gid');
    if ((!uid && !iptables.lacks('proxy-uid')) || (uid && uid.value === undefined)) return;
    if ((!gid && !iptables.lacks('proxy-gid')) || (gid && gid.value === undefined)) return;
    const uids = usersOf(uid?.value) ?? ['1337'];
    const gids = usersOf(gid?.value) ?? uids;
    const resource = nameOf(workload.resource);
    if (uid && uids.includes('0')) return report(uid.field, 'root', { resource });
    // Names of users stand for numbers that only the image knows.
    if (![...uids, ...gids].every((user) => /^\d+$/.test(user))) return;
    const user = userOf(workload, proxy, 'runAsUser');
    const group = userOf(workload, proxy, 'runAsGroup');
    if (user === undefined || uids.includes(user)) return;
    // Without runAsGroup the group is that of the image, which is 1337 for every user that has none of its own.
    if (gids.includes(group ?? '1337')) return;
    const { field } = securitySetting(workload, proxy, 'runAsUser');
    report(
      uid?.field ?? iptables.field,
      'loop',
      {
        resource,
        uids: uids.join(', '),
        gids: gids.join(', '),
        user,
        group: group === undefined ? '' : ` and group ${group}`,
      },
      { onKey: !uid, related: [{ at: field, note: 'the user of the proxy' }] },
    );
  },
});

function usersOf(text: string | undefined): string[] | undefined {
  const users = listItems(text ?? '');
  return users.length > 0 ? users : undefined;
}

function userOf(workload: Workload, container: Container, key: 'runAsUser' | 'runAsGroup'): string | undefined {
  const { value } = securitySetting(workload, container, key);
  return typeof value === 'number' ? String(value) : undefined;
}
