import {
  defineRule,
  type Field,
  inboundRoutes,
  isServer,
  isWholeBeside,
  LINKERD_POLICY_GROUP,
  labelSelector,
  linkerdRouteOf,
  lookupNamed,
  type Mesh,
  matches,
  nameOf,
  type PolicyReference,
  type Resource,
  readReference,
  serversIn,
} from '@meshvet/core';

export const linkerdPolicyReference = defineRule({
  meta: {
    id: 'linkerd-policy-reference',
    summary: 'A policy of Linkerd names an object that is not there.',
    why: 'A policy whose target is missing holds for nothing, and one whose authentication is missing lets nobody in.',
    fix: 'Name an object that is there.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'resource',
    judgedAround: true,
    types: [
      'policy.linkerd.io/AuthorizationPolicy',
      'policy.linkerd.io/ServerAuthorization',
      'policy.linkerd.io/HTTPLocalRateLimitPolicy',
      'policy.linkerd.io/HTTPRoute',
      'gateway.networking.k8s.io/HTTPRoute',
      'gateway.networking.k8s.io/GRPCRoute',
    ],
    sources: [
      'linkerd.io: Authorization Policy reference',
      'linkerd2 policy-controller/runtime/src/admission.rs',
      'linkerd2 policy-controller/k8s/index/src/inbound/index.rs',
    ],
    messages: {
      target: '{resource}: there is no {kind} {namespace}/{name}, so it holds for nothing.',
      authentication:
        '{resource} requires {kind} {namespace}/{name}, which is not there; Linkerd leaves the policy out, and it lets nobody in.',
      selector: '{resource}: no Server of namespace {namespace} has the labels that it selects, so it lets nobody in.',
      parent: '{resource}: there is no Server {namespace}/{name}, so the route stands before nothing.',
    },
  },
  examples: {
    bad: [
      {
        title: 'an authentication of another name',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: pages, namespace: web }
          spec:
            selector: { matchLabels: { app: pages } }
            template:
              metadata: { labels: { app: pages }, annotations: { linkerd.io/inject: enabled } }
              spec: { containers: [{ name: pages, image: pages:1, ports: [{ name: http, containerPort: 8080 }] }] }
          ---
          apiVersion: policy.linkerd.io/v1beta3
          kind: Server
          metadata: { name: pages, namespace: web }
          spec: { podSelector: { matchLabels: { app: pages } }, port: http }
          ---
          apiVersion: policy.linkerd.io/v1alpha1
          kind: AuthorizationPolicy
          metadata: { name: front-only, namespace: web }
          spec:
            targetRef: { group: policy.linkerd.io, kind: Server, name: pages }
            requiredAuthenticationRefs:
              - group: policy.linkerd.io
                kind: MeshTLSAuthentication
                name: frontend #~ authentication \`frontend\`
        `,
      },
    ],
    good: [
      {
        title: 'what is there',
        yaml: `
          apiVersion: policy.linkerd.io/v1beta3
          kind: Server
          metadata: { name: pages, namespace: web }
          spec: { podSelector: { matchLabels: { app: pages } }, port: http }
          ---
          apiVersion: policy.linkerd.io/v1alpha1
          kind: MeshTLSAuthentication
          metadata: { name: front, namespace: web }
          spec: { identities: ["*"] }
          ---
          apiVersion: policy.linkerd.io/v1alpha1
          kind: AuthorizationPolicy
          metadata: { name: front-only, namespace: web }
          spec:
            targetRef: { group: policy.linkerd.io, kind: Server, name: pages }
            requiredAuthenticationRefs:
              - { group: policy.linkerd.io, kind: MeshTLSAuthentication, name: front }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const words = { resource: nameOf(resource) };
    const own = resource.namespace ?? '';
    const spec = resource.body.at('spec');
    switch (resource.kind) {
      case 'AuthorizationPolicy':
        target(readReference(spec.at('targetRef')), ANY_TARGET);
        authentications(spec.at('requiredAuthenticationRefs').items() as Field[]);
        return;
      case 'HTTPLocalRateLimitPolicy':
        target(readReference(spec.at('targetRef')), SERVER_ALONE);
        return;
      case 'ServerAuthorization': {
        const name = spec.at('server').at('name');
        const selector = spec.at('server').at('selector');
        if (name.string()) missing(name, SERVER, own, name.string() ?? '', 'target');
        else if (selector.isMapping) selected(selector);
        return;
      }
      default:
        for (const parent of linkerdRouteOf(resource)?.parents ?? [])
          if (isServer(parent)) missing(parent.nameField, SERVER, parent.namespace ?? own, parent.name, 'parent');
    }

    function selected(field: Field): void {
      const servers = serversIn(mesh, own);
      const wanted = labelSelector(field);
      if (servers.length === 0 && !mesh.settings.closedWorld) return;
      if (servers.some((server) => matches(wanted, server.resource.labels) !== 'no')) return;
      if (wanted.requirements === undefined || !isWholeBeside(mesh, resource, own)) return;
      report(field, 'selector', { ...words, namespace: own }, { onKey: true });
    }

    // Of targets that the webhook refuses another rule speaks.
    function target(reference: PolicyReference | undefined, accepted: ReadonlySet<string>): void {
      if (!reference) return;
      const { group, kind, name, nameField } = reference;
      const type = `${group}/${kind}`;
      if (accepted.has(type)) missing(nameField, type, own, name, 'target');
    }

    function authentications(items: readonly Field[]): void {
      const references = items.slice(0, MOST).flatMap((item) => readReference(item) ?? []);
      for (const { group, kind, name, nameField, namespace = own } of references)
        if (group === LINKERD_POLICY_GROUP && AUTHENTICATIONS.has(kind))
          missing(nameField, `${group}/${kind}`, namespace, name, 'authentication');
    }

    function missing(
      at: Field,
      type: string,
      namespace: string,
      name: string,
      message: 'target' | 'authentication' | 'parent',
    ): void {
      if (lookupNamed(mesh, resource, type, namespace, name).state !== 'missing') return;
      // A route may stand before the Server alone that policies name.
      if (type === SERVER && isNamedByRoutes(mesh, resource, namespace, name)) return;
      report(at, message, { ...words, kind: type.slice(type.indexOf('/') + 1), namespace, name });
    }
  },
});

const SERVER = `${LINKERD_POLICY_GROUP}/Server`;
const SERVER_ALONE: ReadonlySet<string> = new Set([SERVER]);
const ANY_TARGET: ReadonlySet<string> = new Set([
  SERVER,
  `${LINKERD_POLICY_GROUP}/HTTPRoute`,
  'gateway.networking.k8s.io/HTTPRoute',
  'gateway.networking.k8s.io/GRPCRoute',
]);
const AUTHENTICATIONS: ReadonlySet<string> = new Set(['MeshTLSAuthentication', 'NetworkAuthentication']);
const MOST = 50;

// Two that name what nobody read name what stands elsewhere.
function isNamedByRoutes(mesh: Mesh, asker: Resource, namespace: string, name: string): boolean {
  const routes = inboundRoutes(mesh).get(`${namespace}/${name}`) ?? [];
  return !mesh.settings.closedWorld && routes.some(({ resource }) => resource !== asker) && asker.kind !== 'HTTPRoute';
}
