import { testRule } from '@meshvet/core/testing';
import { linkerdPolicyRefused } from './linkerd-policy-refused.ts';

const object = (kind: string, spec: string) =>
  `apiVersion: policy.linkerd.io/v1alpha1\nkind: ${kind}\nmetadata: { name: one, namespace: shop }\nspec:\n  ${spec.split('\n').join('\n  ')}\n---\n`;
const policy = (spec: string) =>
  object(
    'AuthorizationPolicy',
    `targetRef: { group: policy.linkerd.io, kind: Server, name: cart }\nrequiredAuthenticationRefs:\n  ${spec}`,
  );
const limit = (spec: string) =>
  object('HTTPLocalRateLimitPolicy', `targetRef: { group: policy.linkerd.io, kind: Server, name: cart }\n${spec}`);

testRule(linkerdPolicyRefused, {
  bad: {
    targets:
      object('AuthorizationPolicy', 'targetRef:\n  kind: Service #~ targetKind\n  name: cart') +
      object('AuthorizationPolicy', 'targetRef:\n  kind: Namespace\n  name: bank #~ foreignNamespace'),
    'several authentications of a sort': policy(`- { kind: ServiceAccount, name: a }
  - group: policy.linkerd.io
    kind: MeshTLSAuthentication
    name: b #~ severalIdentities
  - { group: policy.linkerd.io, kind: NetworkAuthentication, name: c }
  - group: policy.linkerd.io
    kind: NetworkAuthentication
    name: d #~ severalNetworks
  - group: policy.linkerd.io
    kind: Server #~ authenticationKind
    name: e`),
    identities: object(
      'MeshTLSAuthentication',
      'identityRefs:\n  - kind: Pod #~ identityKind\n    name: a\n  - kind: Namespace\n    name: a\n    namespace: b #~ foreignNamespace',
    ),
    limits: limit(`total: { requestsPerSecond: 10 }
identity:
  requestsPerSecond: 20 #~ rateLimitMore
overrides:
  - requestsPerSecond: 0 #~ rateLimitZero
    clientRefs:
      - kind: Namespace #~ rateLimitClient
        name: a`),
    ServerAuthorizations:
      object(
        'ServerAuthorization',
        'server: { name: a }\nclient:\n  unauthenticated: true #~ clientContradiction\n  meshTLS: { identities: ["*"] }',
      ) +
      object(
        'ServerAuthorization',
        'server: { name: a }\nclient:\n  networks: [{ cidr: 10.0.0.0/8, except: [10.1.2.3] }]\n  meshTLS:\n    identities: ["*"]\n    unauthenticatedTLS: true #~ clientContradiction',
      ),
    networks:
      object(
        'NetworkAuthentication',
        'networks:\n  - cidr: 10.1.0.0/16\n    except:\n      - 10.0.0.0/8 #~ exceptWhole\n      - 10.1.0.0/16 #~ exceptWhole\n      - fd00::/8 #~ exceptOutside',
      ) + object('EgressNetwork', 'trafficPolicy: Allow\nnetworks: [] #~ networks'),
    'a policy that does not exist': object(
      'Server',
      'podSelector: {}\nport: 80\naccessPolicy: authenticated #~ accessPolicy\nproxyProtocol: HTTP #~ protocol',
    ),
    'a path without a slash': object(
      'HTTPRoute',
      'rules:\n  - matches:\n      - path:\n          value: items #~ path',
    ),
    'an EgressNetwork without port': object(
      'HTTPRoute',
      'parentRefs:\n  - group: policy.linkerd.io\n    kind: EgressNetwork\n    name: all #~ parentPort',
    ),
  },
  good: {
    'an expression may begin as it likes': object(
      'HTTPRoute',
      'rules: [{ matches: [{ path: { type: RegularExpression, value: "i.*" } }] }]',
    ),
    'what is filled in later':
      object('AuthorizationPolicy', 'targetRef:\n  kind: "${KIND}"\n  name: cart') +
      object('Server', 'podSelector: {}\nport: 80\nproxyProtocol: "${PROTOCOL}"') +
      object('NetworkAuthentication', 'networks: [{ cidr: "${CIDR}", except: [10.0.0.0/8] }]'),
    'one of each': policy(
      '- { kind: ServiceAccount, name: a }\n  - { group: policy.linkerd.io, kind: NetworkAuthentication, name: c }',
    ),
    'the kind of another group with the same name':
      'apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: one, namespace: shop }\nspec: { targetRef: { kind: Service, name: cart } }\n',
    'an EgressNetwork for all networks': object('EgressNetwork', 'trafficPolicy: Allow'),
    'what is no range is told by others': object('NetworkAuthentication', 'networks: [{ cidr: all, except: [some] }]'),
  },
});
