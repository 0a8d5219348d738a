import {
  type AuthorizationPolicy,
  accountPath,
  defineRule,
  didYouMean,
  isMeshConfigOf,
  type Mesh,
  nameOf,
  type PolicyValue,
  policyToJudge,
  principalFlaw,
  type Resource,
  registryOf,
  type ServiceAccounts,
  serviceAccounts,
  serviceAccountsElsewhere,
  trustDomainsOf,
  valuesOf,
} from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';
import { severityOfFlaw } from '../shared/severity/authorization-severity.ts';
import { effectOfFlaw } from '../shared/words/authorization-words.ts';

export const policyPrincipalUnknown = defineRule({
  meta: {
    id: 'policy-principal-unknown',
    summary: 'An AuthorizationPolicy names a principal that no workload has.',
    why: 'No caller is ever meant by it: in an ALLOW policy nobody gets in by that entry, in a DENY policy nobody is stopped.',
    fix: 'Write <trust domain>/ns/<namespace>/sa/<service account>, without spiffe://, as in cluster.local/ns/shop/sa/cart.',
    severity: 'warning',
    subject: 'resource',
    types: ['security.istio.io/AuthorizationPolicy'],
    codes: ['KIA0106', 'KIA0107', 'KIA0108'],
    sources: [
      'istio.io/docs/reference/config/security/authorization-policy/#Source',
      'istio/istio pilot/pkg/security/authz/model/generator.go (srcPrincipalGenerator)',
      'istio/istio pilot/pkg/networking/plugin/authn/util.go (TrustDomainsForValidation)',
      'kiali business/checkers/authorization/principals_checker.go',
    ],
    messages: {
      scheme: '{policy}: principal "{written}" matches no caller; {what}, and {effect}.',
      form: '{policy}: principal "{written}" matches no caller, since {what}; {effect}.',
      account: '{policy}: {written} matches no caller, because no workload runs as such a service account; {effect}.',
      meant:
        '{policy}: {written} matches no caller, because no workload runs as such a service account; {effect}. "{near}" is one.',
      cluster: '{policy}: principal "{written}" is a service account that only pods of cluster {cluster} run as.',
      domain: '{policy}: the trust domain of principal "{written}" is none of this mesh: {known}.',
      foreign:
        '{policy}: the trust domain of principal "{written}" is that of cluster {cluster}, and this mesh lists it neither in trustDomainAliases nor in caCertificates, so its callers are refused.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the certificate has spiffe://, the policy must not',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - from:
                  - source:
                      principals:
                        - spiffe://cluster.local/ns/shop/sa/front #~ scheme
                        - cluster.local/ns/*/sa/front #~ form
                        - shop/front #~ form
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec: { rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/front] } }] }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = policyToJudge(mesh, resource);
    if (!policy) return;
    const isFlawed = (text: string) => principalFlaw(text) !== undefined;
    for (const value of valuesOf(policy, CALLERS)) {
      const { text: written, item } = value;
      const words = { policy: nameOf(resource), written, effect: effectOfFlaw(policy, value) };
      const ofPolicy = value.list.name === 'principals';
      const codesOf = (code: string) => ({ codes: ofPolicy ? [code] : [] });
      if (value.condition.attribute === 'serviceAccount') {
        if (mesh.settings.closedWorld && isAccountUnknown(mesh, written, policy))
          report(item, 'account', { ...words, written: `service account "${written}"` }, { codes: [] });
        continue;
      }
      const flaw = principalFlaw(written);
      const severity = severityOfFlaw(policy, value, isFlawed);
      if (flaw?.scheme) {
        // Kiali takes the scheme for a trust domain that it does not know.
        const codes = mesh.settings.closedWorld && ofPolicy ? ['KIA0108'] : [];
        const suggested = flaw.instead === undefined ? [] : replaceString(item, flaw.instead);
        report(item, 'scheme', { ...words, what: flaw.what }, { codes, severity, suggested });
        continue;
      }
      if (flaw) {
        const codes = mesh.settings.closedWorld && ofPolicy ? ['KIA0106'] : [];
        report(item, 'form', { ...words, what: flaw.what }, { codes, severity });
        continue;
      }
      const domain = domainFault(mesh, written, resource);
      if (domain) {
        if ('cluster' in domain) report(item, 'foreign', { ...words, cluster: domain.cluster }, codesOf('KIA0108'));
        else report(item, 'domain', { ...words, known: domain.known }, codesOf('KIA0108'));
        continue;
      }
      if (!mesh.settings.closedWorld) continue;
      const cluster = clusterOf(mesh, written);
      if (cluster !== undefined)
        report(item, 'cluster', { ...words, cluster }, { ...codesOf('KIA0107'), severity: 'info' });
      else if (!isKnown(mesh, written, serviceAccounts(mesh).all)) tellAccount(value);
    }

    function tellAccount({ list, item, text }: PolicyValue): void {
      const effect = effectOfFlaw(policy as AuthorizationPolicy, { negated: list.name.startsWith('not') });
      const words = { policy: nameOf(resource), written: `principal "${text}"`, effect };
      const codes = list.name === 'principals' ? ['KIA0106'] : [];
      const near = nearAccount(serviceAccounts(mesh), text);
      if (near === undefined) report(item, 'account', words, { codes });
      else report(item, 'meant', { ...words, near }, { codes, suggested: replaceString(item, near) });
    }
  },
});

const CALLERS = new Set(['principal', 'serviceAccount'] as const);

/** The domains that a principal may begin with: `cluster.local` stands for that of the mesh, whatever that is called. */
function trustDomains(mesh: Mesh): readonly string[] {
  const { own, aliases, foreign } = trustDomainsOf(mesh);
  return [...new Set(['cluster.local', own, ...aliases, ...foreign])].slice(0, 50);
}

type DomainFault = { readonly known: string } | { readonly cluster: string };

// Only what says how the mesh is called can say that it is called otherwise.
function domainFault(mesh: Mesh, written: string, policy: Resource): DomainFault | undefined {
  const at = written.indexOf('/ns/');
  const domain = written.slice(0, Math.max(0, at));
  if (at <= 0 || domain.includes('*') || !(mesh.settings.closedWorld || isMeshConfigOf(mesh, policy))) return undefined;
  const domains = trustDomains(mesh);
  if (domains.some((known) => fits(known, domain))) return undefined;
  const [cluster] = [...registryOf(mesh).clusters].find(([, other]) => trustDomainsOf(other).own === domain) ?? [];
  return cluster === undefined ? { known: domains.join(', ') } : { cluster };
}

// An account of a domain that is only believed is seen in no file.
function isKnown(mesh: Mesh, written: string, accounts: ReadonlySet<string>): boolean {
  const { own, aliases, foreign } = trustDomainsOf(mesh);
  const at = written.indexOf('/ns/');
  if (at > 0 && foreign.some((domain) => fits(domain, written.slice(0, at)))) return true;
  if (!written.includes('*')) return at >= 0 && accounts.has(written.slice(at));
  const domains = [...new Set(['cluster.local', own, ...aliases])].slice(0, 20);
  for (const domain of domains) for (const account of accounts) if (fits(written, domain + account)) return true;
  return false;
}

// Istio knows a star at one end. With one at both it is a matter of the form, which is not judged here.
function fits(pattern: string, text: string): boolean {
  const [first, last] = [pattern.startsWith('*'), pattern.endsWith('*')];
  if (first && last) return text.includes(pattern.slice(1, -1));
  if (first) return text.endsWith(pattern.slice(1));
  return last ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
}

/** The one cluster beside this whose pods run as an account that nothing here runs as. */
function clusterOf(mesh: Mesh, written: string): string | undefined {
  if (mesh.clusters.size === 0 || isKnown(mesh, written, serviceAccounts(mesh).used)) return undefined;
  const declared = isKnown(mesh, written, serviceAccounts(mesh).all);
  const [name] =
    [...serviceAccountsElsewhere(mesh)].find(([, { all, used }]) => isKnown(mesh, written, declared ? used : all)) ??
    [];
  return name;
}

/** An account whose name is nearly the one that was written: of its namespace, or of the same name elsewhere. */
function nearAccount({ used }: ServiceAccounts, written: string): string | undefined {
  const at = written.indexOf('/ns/');
  const [, namespace, name] = /^\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(written.slice(at)) ?? [];
  if (written.includes('*') || namespace === undefined || name === undefined) return undefined;
  const prefix = accountPath(namespace, '');
  const here = [...used].flatMap((account) => (account.startsWith(prefix) ? [account.slice(prefix.length)] : []));
  const near =
    didYouMean(name, here) ?? here.find((one) => one !== 'default' && (name.startsWith(one) || one.startsWith(name)));
  if (near !== undefined) return written.slice(0, at) + accountPath(namespace, near);
  const elsewhere = [...used].filter((account) => account.endsWith(`/sa/${name}`));
  return elsewhere.length === 1 ? written.slice(0, at) + elsewhere[0] : undefined;
}

// `name` of the policy's own namespace, or `namespace/name`. Since 1.26.
function isAccountUnknown(mesh: Mesh, written: string, { resource }: AuthorizationPolicy): boolean {
  const slash = written.indexOf('/');
  const [namespace, name] =
    slash < 0 ? [resource.namespace, written] : [written.slice(0, slash), written.slice(slash + 1)];
  if (written.includes('*') || mesh.externals.namespace(namespace ?? '')) return false;
  const known = (accounts: ServiceAccounts) => accounts.all.has(accountPath(namespace, name));
  return !known(serviceAccounts(mesh)) && ![...serviceAccountsElsewhere(mesh).values()].some(known);
}
