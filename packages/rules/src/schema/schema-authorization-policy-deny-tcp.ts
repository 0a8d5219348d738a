import {
  AUTHORIZATION_POLICY,
  defineRule,
  type Field,
  isUnset,
  mappings,
  nameOf,
  specOf,
  ztunnelPolicyOf,
} from '@meshvet/core';

export const schemaAuthorizationPolicyDenyTcp = defineRule({
  meta: {
    id: 'schema-authorization-policy-deny-tcp',
    summary: 'A rule of a policy with action DENY matches by HTTP alone, and denies every TCP connection.',
    why: 'On a TCP port the proxy cannot see methods, paths or tokens; to be safe it takes them as matched, and denies.',
    fix: 'Name the ports of the HTTP service in the rule, under to.operation.ports.',
    severity: 'warning',
    subject: 'resource',
    types: ['security.istio.io/AuthorizationPolicy'],
    codes: ['IST0133'],
    since: '1.20',
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateAuthorizationPolicy, warnings about TCP ports)',
      'istio.io: authorization on TCP ports',
    ],
    messages: {
      operation:
        '{resource}: this rule denies by HTTP and names no ports, so it denies all connections to TCP ports too.',
      source: '{resource}: this rule denies by tokens alone, so it denies all connections to TCP ports too.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            action: DENY
            rules:
              - to: [{ operation: { methods: [DELETE] } }] #~ operation \`to\`
              - from: [{ source: { notRequestPrincipals: ["*"] } }] #~ source \`from\`
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            action: DENY
            rules:
              - to: [{ operation: { methods: [DELETE], ports: ["8080"] } }]
              - from: [{ source: { notPrincipals: ["*"] } }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    // The ztunnel reads such a policy otherwise, and rules about ambient mode tell it.
    if (ztunnelPolicyOf(mesh, subject)) return;
    const spec = specOf(subject, AUTHORIZATION_POLICY);
    if (spec?.at('action').string() !== 'DENY') return;
    for (const rule of mappings(spec.at('rules'))) {
      const [from, to] = [mappings(rule.at('from')), mappings(rule.at('to'))];
      const words = { resource: nameOf(subject) };
      if (to.length > 0) {
        if (!to.some((entry) => names(entry.at('operation'), ['ports', 'notPorts'])))
          report(rule.at('to'), 'operation', words, { onKey: true });
      } else if (
        from.length > 0 &&
        isUnset(rule.at('to')) &&
        !from.some((entry) => names(entry.at('source'), CONNECTION))
      )
        report(rule.at('from'), 'source', words, { onKey: true });
    }
  },
});

// What a connection has without a request.
const CONNECTION = ['principals', 'ipBlocks', 'namespaces', 'remoteIpBlocks', 'serviceAccounts'].flatMap((key) => [
  key,
  `not${key.charAt(0).toUpperCase()}${key.slice(1)}`,
]);

function names(block: Field, keys: readonly string[]): boolean {
  // What is no mapping is filled in later, or a mistake of its shape.
  return !block.isMapping || keys.some((key) => !isUnset(block.at(key)));
}
