import {
  certificatesOf,
  clientAuthoritiesOf,
  clientCertificatesOf,
  configMapsAt,
  defineRule,
  GATEWAY_ROUTE_TYPES,
  isGranted,
  isPatchedAt,
  KUBERNETES_GATEWAY_TYPES,
  kubernetesGatewayToJudge,
  lookupBackend,
  nameOf,
  routeToJudge,
  secretsByName,
  secretsMade,
} from '@meshvet/core';
import { backendText, failureText } from '../shared/words/gateway-api-words.ts';

export const gatewayApiReferenceNotGranted = defineRule({
  meta: {
    id: 'gateway-api-reference-not-granted',
    summary: 'A route or a Gateway refers to something in another namespace, and no ReferenceGrant there permits it.',
    why: 'A reference into another namespace counts only with a ReferenceGrant of that namespace: without it requests to the backend get 500, and a listener has no certificate.',
    fix: 'Add a ReferenceGrant to the namespace that is referred to, with kind and namespace of the one that refers under from, and Service, Secret or ConfigMap under to.',
    severity: 'error',
    subject: 'resource',
    types: [...GATEWAY_ROUTE_TYPES, ...KUBERNETES_GATEWAY_TYPES],
    codes: ['KIA1402'],
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#referencegrant',
      'istio/istio pilot/pkg/config/kube/gatewaycommon/references.go (BackendAllowed, SecretAllowed)',
      'istio/istio pilot/pkg/config/kube/gateway/route_collections.go',
      'kiali business/checkers/k8shttproutes/no_host_checker.go',
    ],
    messages: {
      backend:
        '{from}: no ReferenceGrant of namespace {namespace} lets {kind} of namespace {own} send to {to}; {failure}.',
      certificate:
        '{from}: no ReferenceGrant of namespace {namespace} lets {kind} of namespace {own} read {to}; the listener has no certificate.',
      client:
        '{from}: no ReferenceGrant of namespace {namespace} lets {kind} of namespace {own} read {to}; backends are shown no certificate.',
      authority:
        '{from}: no ReferenceGrant of namespace {namespace} lets {kind} of namespace {own} read {to}; listeners that judge clients by it serve nothing.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the ReferenceGrant is for another Service',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: gateway.networking.k8s.io/v1beta1
          kind: ReferenceGrant
          metadata: { name: edge, namespace: shop }
          spec:
            from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge }]
            to: [{ group: "", kind: Service, name: orders }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: edge }
          spec:
            parentRefs: [{ name: front }]
            rules:
              - backendRefs:
                  - name: cart
                    namespace: shop #~ backend \`shop\`
                    port: 80
        `,
      },
      {
        title: 'a certificate of another namespace',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1beta1
          kind: ReferenceGrant
          metadata: { name: edge, namespace: certificates }
          spec:
            from: [{ group: gateway.networking.k8s.io, kind: Gateway, namespace: shop }]
            to: [{ group: "", kind: Secret }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            listeners:
              - name: https
                port: 443
                protocol: HTTPS
                tls:
                  certificateRefs:
                    - name: wildcard
                      namespace: certificates #~ certificate
        `,
      },
    ],
    good: [
      {
        title: 'a ReferenceGrant for all Services of the namespace',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: gateway.networking.k8s.io/v1beta1
          kind: ReferenceGrant
          metadata: { name: edge, namespace: shop }
          spec:
            from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge }]
            to: [{ group: "", kind: Service }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: edge }
          spec:
            parentRefs: [{ name: front }]
            rules: [{ backendRefs: [{ name: cart, namespace: shop, port: 80 }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const own = resource.namespace ?? '';
    const route = routeToJudge(mesh, resource);
    // Inside the mesh, Istio asks for no grant.
    const isOnGateway = route?.parents.some((p) => p.kind === 'Gateway' || p.kind === 'ListenerSet');
    for (const backend of isOnGateway ? (route?.backends ?? []) : []) {
      if (backend.kind !== 'Service' || backend.namespace === own || backend.name.includes('.')) continue;
      const lookup = lookupBackend(mesh, backend, resource);
      if (lookup.state === 'missing') continue;
      const targets = lookup.state === 'found' ? lookup.value.map((t) => t.resource) : [];
      const to = { kind: 'Service', namespace: backend.namespace, name: backend.name } as const;
      if (isGranted(mesh, resource, to, targets) !== 'no') continue;
      const words = { from: nameOf(resource), namespace: backend.namespace, kind: resource.kind, own };
      const codes = backend.isMirror ? [] : ['KIA1402'];
      report(
        backend.field.at('namespace'),
        'backend',
        { ...words, to: backendText(backend), failure: failureText(resource) },
        { codes },
      );
    }
    const gateway = kubernetesGatewayToJudge(mesh, resource);
    if (!gateway || isPatchedAt(resource, 'spec', 'listeners')) return;
    const made = mesh.derive(secretsMade);
    const secrets = mesh.derive(secretsByName);
    const secretAt = (namespace: string, name: string) => {
      const maker = made.get(`${namespace}/${name}`);
      return [...(secrets.get(`${namespace}/${name}`) ?? []), ...(maker ? [maker] : [])];
    };
    const refs = [
      ...certificatesOf(gateway).map((ref) => ({ ...ref, kind: 'Secret', use: 'certificate' }) as const),
      ...clientCertificatesOf(gateway).map((ref) => ({ ...ref, kind: 'Secret', use: 'client' }) as const),
      ...clientAuthoritiesOf(gateway).map((ref) => ({ ...ref, use: 'authority' }) as const),
    ];
    for (const { namespace, name, field, kind, use } of refs) {
      if (namespace === own || kind === 'other') continue;
      const targets = kind === 'Secret' ? secretAt(namespace, name) : configMapsAt(mesh, namespace, name);
      if (isGranted(mesh, resource, { kind, namespace, name }, targets) !== 'no') continue;
      const words = { from: nameOf(resource), namespace, kind: resource.kind, own, to: `${kind} ${namespace}/${name}` };
      report(field.at('namespace'), use, words, { codes: [] });
    }
  },
});
