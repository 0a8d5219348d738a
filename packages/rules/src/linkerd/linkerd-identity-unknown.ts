import { accountsIn, defineRule, identitiesIn, lookupAccount, nameOf, readIdentity } from '@meshvet/core';

export const linkerdIdentityUnknown = defineRule({
  meta: {
    id: 'linkerd-identity-unknown',
    summary: 'A policy of Linkerd lets in an identity that no proxy bears.',
    why: 'Proxies are compared by the name in their certificate, which is made of ServiceAccount and namespace; what no pod runs as, nobody is.',
    fix: 'Name the ServiceAccount that the callers run as: ACCOUNT.NAMESPACE.serviceaccount.identity.LINKERD-NAMESPACE.TRUST-DOMAIN.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'resource',
    judgedAround: true,
    types: [
      'policy.linkerd.io/MeshTLSAuthentication',
      'policy.linkerd.io/AuthorizationPolicy',
      'policy.linkerd.io/ServerAuthorization',
    ],
    sources: [
      'linkerd.io: Authorization Policy reference (MeshTLSAuthentication)',
      'linkerd.io: Automatic mTLS (identities)',
      'linkerd2 policy-controller/core/src/identity_match.rs',
    ],
    messages: {
      account: '{resource}: there is no ServiceAccount {namespace}/{account}, so nobody bears the identity {written}.',
      star: '{resource}: in {written} the star stands for nothing: it does alone, and as the first label, as in *.web.serviceaccount.identity.linkerd.cluster.local; the webhook of Linkerd refuses others.',
      short:
        '{resource}: {written} is no whole identity; certificates say ACCOUNT.NAMESPACE.serviceaccount.identity.LINKERD-NAMESPACE.TRUST-DOMAIN.',
      foreign: '{resource}: {written} is how {of} writes an identity; proxies of Linkerd bear names such as {instead}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the form of Istio',
        yaml: `
          apiVersion: policy.linkerd.io/v1alpha1
          kind: MeshTLSAuthentication
          metadata: { name: front, namespace: web }
          spec:
            identities:
              - cluster.local/ns/web/sa/front #~ foreign
        `,
      },
      {
        title: 'an account that is not there',
        yaml: `
          apiVersion: v1
          kind: ServiceAccount
          metadata: { name: front, namespace: web }
          ---
          apiVersion: policy.linkerd.io/v1alpha1
          kind: MeshTLSAuthentication
          metadata: { name: front, namespace: web }
          spec:
            identities:
              - frontend.web.serviceaccount.identity.linkerd.cluster.local #~ account
        `,
        settings: { closedWorld: true },
      },
    ],
    good: [
      {
        title: 'an account that is there, and everybody with an identity',
        yaml: `
          apiVersion: v1
          kind: ServiceAccount
          metadata: { name: front, namespace: web }
          ---
          apiVersion: policy.linkerd.io/v1alpha1
          kind: MeshTLSAuthentication
          metadata: { name: front, namespace: web }
          spec:
            identities: ["front.web.serviceaccount.identity.linkerd.cluster.local", "*"]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const words = { resource: nameOf(resource) };
    for (const field of identitiesIn(resource)) {
      const written = field.string();
      const identity = written === undefined ? undefined : readIdentity(written);
      if (!identity || written === undefined) continue;
      if (identity.kind === 'foreign') {
        const { of, instead } = identity;
        report(field, 'foreign', { ...words, written, of, instead });
      } else if (identity.kind === 'star') report(field, 'star', { ...words, written });
      else if (identity.kind === 'short') {
        // Machines outside the cluster may have names of another sort: only an account that is there is surely meant.
        const namespace = identity.namespace ?? resource.namespace ?? '';
        if (lookupAccount(mesh, namespace, identity.account).state === 'found')
          report(field, 'short', { ...words, written });
      } else if (
        identity.kind === 'account' &&
        lookupAccount(mesh, identity.namespace, identity.account).state === 'missing'
      )
        report(field, 'account', { ...words, written, account: identity.account, namespace: identity.namespace });
    }
    for (const { field, name, namespace } of accountsIn(resource)) {
      if (lookupAccount(mesh, namespace, name).state !== 'missing') continue;
      report(field, 'account', { ...words, written: `of ${name}`, account: name, namespace });
    }
  },
});
