import { testRule } from '@meshvet/core/testing';
import { linkerdIdentityUnknown } from './linkerd-identity-unknown.ts';

const closed = { closedWorld: true };
const authentication = (spec: string) => `
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: { name: front, namespace: web }
spec:
  ${spec}
`;

testRule(linkerdIdentityUnknown, {
  bad: {
    'the form of Kubernetes': authentication('identities:\n    - system:serviceaccount:web:front #~ foreign'),
    'a star in the middle, and a short name': `${authentication(
      'identities:\n    - front.*.serviceaccount.identity.linkerd.cluster.local #~ star\n    - "*b.serviceaccount.identity.linkerd.cluster.local" #~ star\n    - front.web #~ short',
    )}---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: front, namespace: web }\n`,
    'a reference': {
      yaml: authentication('identityRefs:\n    - kind: ServiceAccount\n      name: front #~ account'),
      settings: closed,
    },
    'an account required by name': {
      yaml: `
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: front, namespace: web }
spec:
  targetRef: { kind: Namespace, name: web }
  requiredAuthenticationRefs:
    - kind: ServiceAccount
      name: front #~ account
`,
      settings: closed,
    },
  },
  good: {
    'files that are not the whole world': authentication(
      'identities: [front.web.serviceaccount.identity.linkerd.cluster.local]',
    ),
    'a name of two words that no account has': authentication('identities: [vm.example]'),
    'all of a namespace': {
      yaml: authentication('identities: ["*.web.serviceaccount.identity.linkerd.cluster.local"]'),
      settings: closed,
    },
    'a machine outside the cluster': {
      yaml: authentication('identities: ["spiffe://root.linkerd.cluster.local/vm"]'),
      settings: closed,
    },
    'another trust domain': {
      yaml: `${authentication('identities: [front.web.serviceaccount.identity.l5d.example.com]')}---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: front, namespace: web }\n`,
      settings: closed,
    },
  },
});
