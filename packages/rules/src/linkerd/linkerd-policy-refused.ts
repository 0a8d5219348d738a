import { defineRule, JUDGED_POLICIES, nameOf, policyRefusals } from '@meshvet/core';

export const linkerdPolicyRefused = defineRule({
  meta: {
    id: 'linkerd-policy-refused',
    summary: 'A policy of Linkerd says something that its webhook refuses.',
    why: 'The object is not created, so nobody is let in, kept out or limited by it, and a rollout that applies it stops.',
    fix: 'Write what the kind takes, as the message says.',
    severity: 'error',
    about: 'linkerd',
    subject: 'resource',
    types: JUDGED_POLICIES,
    sources: [
      'linkerd2 policy-controller/runtime/src/admission.rs',
      'linkerd2 charts/linkerd-crds',
      'linkerd.io: Authorization Policy reference; Rate Limiting reference; EgressNetwork reference',
    ],
    messages: {
      targetKind:
        '{policy}: the target is a {written}; an AuthorizationPolicy is for a Server, an HTTPRoute, a GRPCRoute or its own Namespace.',
      foreignNamespace: '{policy}: "{written}" is another namespace, which a reference of this kind must not name.',
      severalIdentities:
        '{policy}: a policy may demand one MeshTLSAuthentication or one ServiceAccount, and "{written}" is a second one; list the identities in one MeshTLSAuthentication.',
      severalNetworks:
        '{policy}: a policy may demand one NetworkAuthentication, and "{written}" is a second one; list the networks in one.',
      authenticationKind:
        '{policy}: {written} is no authentication; it may be a MeshTLSAuthentication, a NetworkAuthentication or a ServiceAccount.',
      identityKind: '{policy}: an identity is that of a ServiceAccount or a Namespace, not of a {written}.',
      rateLimitTarget:
        '{policy}: the target is a {written}; a limit is for a Server of policy.linkerd.io and nothing else.',
      rateLimitClient: '{policy}: clientRefs name ServiceAccounts, not a {written}.',
      rateLimitZero: '{policy}: requestsPerSecond is {written}; it must be more than 0.',
      rateLimitMore: '{policy}: requestsPerSecond is {written} of the total; it must not be more.',
      clientContradiction: '{policy}: the client is {written}, which contradict each other.',
      exceptOutside: '{policy}: except {written} does not lie in the cidr beside it.',
      exceptWhole: '{policy}: except {written} takes away the whole cidr beside it.',
      accessPolicy:
        '{policy}: accessPolicy is "{written}"; it may be all-unauthenticated, all-authenticated, cluster-unauthenticated, cluster-authenticated, deny or audit.',
      path: '{policy}: the path "{written}" does not begin with a slash.',
      protocol: '{policy}: proxyProtocol is "{written}"; it may be unknown, HTTP/1, HTTP/2, gRPC, opaque or TLS.',
      networks: '{policy}: networks is empty; at least one has to be there.',
      parentPort: '{policy}: the parent EgressNetwork {written} is named without a port.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a limit for a route, and a range that is not in the other',
        yaml: `
          apiVersion: policy.linkerd.io/v1alpha1
          kind: HTTPLocalRateLimitPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            targetRef:
              group: gateway.networking.k8s.io
              kind: HTTPRoute #~ rateLimitTarget \`HTTPRoute\`
              name: cart
            total: { requestsPerSecond: 100 }
          ---
          apiVersion: policy.linkerd.io/v1alpha1
          kind: NetworkAuthentication
          metadata: { name: nodes, namespace: shop }
          spec:
            networks:
              - cidr: 10.0.0.0/8
                except:
                  - 192.168.0.0/16 #~ exceptOutside
        `,
      },
    ],
    good: [
      {
        title: 'a Server, and a part of the range',
        yaml: `
          apiVersion: policy.linkerd.io/v1alpha1
          kind: HTTPLocalRateLimitPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            targetRef: { group: policy.linkerd.io, kind: Server, name: cart }
            total: { requestsPerSecond: 100 }
            identity: { requestsPerSecond: 20 }
          ---
          apiVersion: policy.linkerd.io/v1alpha1
          kind: NetworkAuthentication
          metadata: { name: nodes, namespace: shop }
          spec: { networks: [{ cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.1] }, { cidr: 0.0.0.0/0 }] }
        `,
      },
    ],
  },
  check({ subject: policy, report }) {
    for (const { kind, field, written } of policyRefusals(policy))
      report(field, kind, { policy: nameOf(policy), written });
  },
});
