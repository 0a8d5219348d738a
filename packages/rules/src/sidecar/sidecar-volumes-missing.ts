import {
  defineRule,
  type Field,
  judgedSidecar,
  type Mesh,
  nameOf,
  variablesOf,
  type Workload,
  type WrittenSidecar,
} from '@meshvet/core';

const TOKENS = '/var/run/secrets/tokens';

export const sidecarVolumesMissing = defineRule({
  meta: {
    id: 'sidecar-volumes-missing',
    summary: 'A container of the mesh lacks a volume that it needs.',
    why: 'The API server rejects pods that mount a volume they do not have, and a proxy without its token gets no certificate from istiod and never becomes ready.',
    fix: 'Render the manifest again from its source, or add the volume.',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    sources: [
      'kubernetes/kubernetes pkg/apis/core/validation/validation.go (ValidateVolumeMounts)',
      'istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml (volumes)',
    ],
    messages: {
      undefined:
        '{resource}: {container} mounts volume {volume}, which the pod does not have, so the API server rejects it.',
      token:
        '{resource}: istio-proxy is to use the token of the pod (JWT_POLICY third-party-jwt), but nothing is mounted at {path}, so it gets no certificate.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a volume that was taken out',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
            containers:
              - { name: cart, image: "cart:1" }
              - name: istio-proxy
                image: docker.io/istio/proxyv2:1.30.0
                args: [proxy, sidecar]
                volumeMounts:
                  - mountPath: /etc/istio/proxy
                    name: istio-envoy #~ undefined \`istio-envoy\`
        `,
      },
    ],
    good: [
      {
        title: 'the volume is there',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            initContainers:
              - { name: istio-init, image: "docker.io/istio/proxyv2:1.30.0", args: [istio-iptables, -b, "*"] }
            containers:
              - { name: cart, image: "cart:1" }
              - name: istio-proxy
                image: docker.io/istio/proxyv2:1.30.0
                args: [proxy, sidecar]
                volumeMounts:
                  - { mountPath: /etc/istio/proxy, name: istio-envoy }
            volumes:
              - { name: istio-envoy, emptyDir: { medium: Memory } }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const written = judgedSidecar(mesh, workload);
    if (!written?.proxy) return;
    const resource = nameOf(workload.resource);
    const volumes = volumesOf(workload);
    for (const container of [written.init, written.validation, written.proxy]) {
      if (!volumes) break;
      for (const mount of (container?.field.at('volumeMounts').items() ?? []).slice(0, MOST) as Field[]) {
        const name = mount.at('name');
        const volume = name.string();
        if (volume !== undefined && !volumes.has(volume))
          report(name, 'undefined', { resource, container: container?.name ?? '', volume });
      }
    }
    if (lacksToken(mesh, workload, written))
      report(written.proxy.field.at('name'), 'token', { resource, path: TOKENS });
  },
});

const MOST = 100;

/** The names of the volumes of a pod; undefined where some are filled in later. */
function volumesOf({ podSpec, resource }: Workload): ReadonlySet<string> | undefined {
  const list = podSpec.at('volumes');
  const claims = resource.body.at('spec').at('volumeClaimTemplates').items();
  const names = [...list.items(), ...claims.map((claim) => claim.at('metadata'))].map((field) =>
    field.at('name').string(),
  );
  if ((list.hasValue && !list.isList) || names.includes(undefined)) return undefined;
  return new Set(names as string[]);
}

// Only where the proxy says itself that it wants the token, and no other way to a certificate is written.
function lacksToken(mesh: Mesh, workload: Workload, { proxy }: WrittenSidecar): boolean {
  if (!proxy) return false;
  const environment = variablesOf(proxy.field);
  if (environment.get('JWT_POLICY')?.at('value').string() !== 'third-party-jwt') return false;
  if (OTHER_WAYS.some((name) => environment.has(name)) || proxy.field.at('envFrom').hasValue) return false;
  if (mesh.installation.jwtPolicy.value === 'first-party-jwt') return false;
  const mounts = proxy.field.at('volumeMounts');
  // A list that is filled in later, or the directory of the whole, may hold it.
  if (mounts.hasValue && !mounts.isList) return false;
  const paths = (mounts.items() as Field[]).map((mount) => mount.at('mountPath').string());
  const volumes = workload.podSpec.at('volumes');
  if (paths.includes(undefined) || (volumes.hasValue && !volumes.isList)) return false;
  return !paths.some(
    (path) =>
      path !== undefined &&
      (`${path}/`.startsWith(`${TOKENS}/`) || `${TOKENS}/`.startsWith(`${path.replace(/\/$/, '')}/`)),
  );
}

const OTHER_WAYS: readonly string[] = ['FILE_MOUNTED_CERTS', 'CREDENTIAL_FETCHER_TYPE', 'PROV_CERT'];
