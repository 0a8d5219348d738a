import { defineRule, type Field, isPatchedAt, knownNamespaces, nameOf } from '@meshvet/core';

export const policyNamespaceUnknown = defineRule({
  meta: {
    id: 'policy-namespace-unknown',
    summary: 'An AuthorizationPolicy names a source namespace that does not exist.',
    why: 'No request comes from there: in an ALLOW policy nobody gets in by that entry, in a DENY policy nobody is stopped by it.',
    fix: 'Write the name of a namespace, or a pattern with * at one end that some namespace matches.',
    severity: 'warning',
    subject: 'resource',
    types: ['security.istio.io/AuthorizationPolicy'],
    codes: ['IST0101/namespace', 'KIA0101'],
    sources: [
      'istio.io/docs/reference/config/security/authorization-policy/#Source',
      'istio/istio pkg/config/analysis/analyzers/authz/authorizationpolicies.go',
      'kiali business/checkers/authorization/namespace_method_checker.go',
    ],
    messages: {
      unknown: '{policy}: no namespace is called "{written}", so no request comes from there.',
      pattern: '{policy}: no namespace matches "{written}", so no request comes from there.',
    },
  },
  examples: {
    bad: [
      {
        settings: { closedWorld: true },
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - from:
                  - source:
                      namespaces: [shop, chekout] #~ unknown \`chekout\`
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: checkout }
        `,
      },
    ],
    good: [
      {
        title: 'the namespaces are not all among these files',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec: { rules: [{ from: [{ source: { namespaces: [shop, checkout] } }] }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.type !== 'security.istio.io/AuthorizationPolicy' || resource.partial) return;
    // Namespaces are seldom all among the files of one repository.
    if (!mesh.settings.closedWorld || isPatchedAt(resource, 'spec', 'rules')) return;
    const names = mesh.derive(knownNamespaces);
    for (const rule of resource.body.at('spec').at('rules').items() as Field[]) {
      for (const from of rule.at('from').items() as Field[]) {
        for (const key of ['namespaces', 'notNamespaces']) {
          for (const field of from.at('source').at(key).items() as Field[]) {
            const written = field.string();
            if (written === undefined || written.length > LONGEST || mesh.externals.namespace(written)) continue;
            if (matchesSome(written, names)) continue;
            report(
              field,
              written.includes('*') ? 'pattern' : 'unknown',
              { policy: nameOf(resource), written },
              { codes: key === 'namespaces' ? ['IST0101/namespace', 'KIA0101'] : ['IST0101/namespace'] },
            );
          }
        }
      }
    }
  },
});

// No namespace has so long a name, and each entry is held against all of them.
const LONGEST = 253;

/** As Istio matches texts of a policy: one star, at the front or at the end. */
function matchesSome(written: string, names: ReadonlySet<string>): boolean {
  if (written === '*' || names.has(written)) return true;
  const list = [...names];
  if (written.startsWith('*')) return list.some((name) => name.endsWith(written.slice(1)));
  return written.endsWith('*') && list.some((name) => name.startsWith(written.slice(0, -1)));
}
