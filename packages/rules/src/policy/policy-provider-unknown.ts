import {
  defineRule,
  isMeshConfigOf,
  isPlainMapping,
  lookupHost,
  type Mesh,
  nameOf,
  policyToJudge,
  providerOf,
} from '@meshvet/core';

export const policyProviderUnknown = defineRule({
  meta: {
    id: 'policy-provider-unknown',
    summary: 'An AuthorizationPolicy of action CUSTOM asks a provider that is not there.',
    why: 'istiod looks the provider up in extensionProviders of MeshConfig, and its Service in the mesh; where either is missing, every request that the policy matches is denied.',
    fix: 'Write the name of a provider of MeshConfig, and give that provider the name of a Service that exists, as in ext-authz.platform.svc.cluster.local.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: ['security.istio.io/AuthorizationPolicy'],
    since: '1.9',
    sources: [
      'istio/istio pilot/pkg/security/authz/builder/builder.go (getBadCustomDenyRules)',
      'istio/istio pilot/pkg/security/authz/builder/extauthz.go (getExtAuthz, buildExtAuthzHTTP)',
      'istio.io/docs/tasks/security/authorization/authz-custom/',
      'istio/istio issue 40944',
    ],
    messages: {
      unknown:
        '{policy}: MeshConfig has no provider "{written}" to ask{known}, so all requests that the policy matches are denied.',
      service:
        '{policy}: provider "{written}" is to be asked at {host}, which no Service or ServiceEntry is, so all requests that the policy matches are denied.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: istio, namespace: istio-system }
          data:
            mesh: |
              extensionProviders:
                - name: opa
                  envoyExtAuthzGrpc: { service: opa.shop.svc.cluster.local, port: 9191 }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            action: CUSTOM
            provider:
              name: opa-ext #~ unknown
            rules: [{ to: [{ operation: { paths: ["/items*"] } }] }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: pay, namespace: shop }
          spec:
            action: CUSTOM
            provider:
              name: opa #~ service
            rules: [{ to: [{ operation: { paths: ["/pay*"] } }] }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: opa-server, namespace: shop }
          spec: { ports: [{ name: grpc, port: 9191 }] }
        `,
      },
    ],
    good: [
      {
        title: 'which providers there are is said elsewhere',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            action: CUSTOM
            provider: { name: opa }
            rules: [{ to: [{ operation: { paths: ["/items*"] } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = policyToJudge(mesh, resource);
    if (policy?.action !== 'CUSTOM') return;
    const written = policy.provider.text();
    if (written === undefined || written === '' || !isMeshConfigOf(mesh, resource)) return;
    const words = { policy: nameOf(resource), written };
    if (providerOf(mesh, written) === 'missing') {
      const names = providers(mesh).flatMap((p) => (typeof p.name === 'string' ? [p.name] : []));
      const known = names.length === 0 ? '' : `; it has ${names.slice(0, 5).join(', ')}`;
      return report(policy.provider, 'unknown', { ...words, known });
    }
    const host = hostOf(mesh, written);
    if (host === undefined) return;
    const lookup = lookupHost(mesh, host, resource);
    if (lookup.state === 'missing')
      report(
        policy.provider,
        'service',
        { ...words, host },
        { severity: mesh.settings.closedWorld ? 'error' : 'warning' },
      );
  },
});

function providers(mesh: Mesh): readonly Readonly<Record<string, unknown>>[] {
  const list = mesh.installation.meshConfig.value.extensionProviders;
  return Array.isArray(list) ? list.filter(isPlainMapping).slice(0, 100) : [];
}

// `host`, or `namespace/host`, which says whose of several; the name is always a whole one.
function hostOf(mesh: Mesh, name: string): string | undefined {
  const provider = providers(mesh).find((p) => p.name === name);
  const settings = provider?.envoyExtAuthzHttp ?? provider?.envoyExtAuthzGrpc;
  const service = isPlainMapping(settings) ? settings.service : undefined;
  if (typeof service !== 'string' || service === '' || service.length > 512) return undefined;
  return service.slice(service.indexOf('/') + 1);
}
