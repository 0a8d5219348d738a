import { defineRule, type Field, isPatchedAt, type Mesh, nameOf, type Resource } from '@meshvet/core';

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
      'istio/istio pilot/pkg/security/authz/model/principal.go',
      'kiali business/checkers/authorization/principals_checker.go',
    ],
    messages: {
      scheme: '{policy}: principal "{written}" matches no caller; Istio puts spiffe:// before it by itself.',
      account: '{policy}: principal "{written}" matches no caller, because no workload runs as such a service account.',
      cluster: '{policy}: principal "{written}" is a service account of cluster {cluster} alone.',
      domain: '{policy}: the trust domain of principal "{written}" is none of this mesh: {known}.',
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
                      principals: [spiffe://cluster.local/ns/shop/sa/front] #~ scheme
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
    if (resource.type !== 'security.istio.io/AuthorizationPolicy' || resource.partial) return;
    if (isPatchedAt(resource, 'spec', 'rules')) return;
    const policy = nameOf(resource);
    for (const rule of (resource.body.at('spec').at('rules').items() as Field[]).slice(0, MOST)) {
      for (const from of (rule.at('from').items() as Field[]).slice(0, MOST)) {
        for (const key of ['principals', 'notPrincipals']) {
          for (const field of (from.at('source').at(key).items() as Field[]).slice(0, MOST)) {
            const written = field.string();
            if (written === undefined || written === '*' || written.length > LONGEST) continue;
            const domains = trustDomains(mesh);
            // Kiali takes the scheme for a trust domain that it does not know.
            if (written.startsWith('spiffe://')) {
              const codes = mesh.settings.closedWorld && key === 'principals' ? ['KIA0108'] : [];
              report(field, 'scheme', { policy, written }, { codes });
              continue;
            }
            if (!mesh.settings.closedWorld || isKnown(written, domains, mesh.derive(accountsHere))) continue;
            const codesOf = (code: string) => ({ codes: key === 'principals' ? [code] : [] });
            const [cluster] =
              [...mesh.derive(accountsElsewhere)].find(([, accounts]) => isKnown(written, domains, accounts)) ?? [];
            const at = written.indexOf('/ns/');
            const domain = written.slice(0, Math.max(0, at));
            if (cluster !== undefined)
              report(field, 'cluster', { policy, written, cluster }, { ...codesOf('KIA0107'), severity: 'info' });
            else if (at > 0 && !written.includes('*') && !domains.includes(domain))
              report(field, 'domain', { policy, written, known: domains.join(', ') }, codesOf('KIA0108'));
            else report(field, 'account', { policy, written }, codesOf('KIA0106'));
          }
        }
      }
    }
  },
});

const MOST = 300;
const LONGEST = 512;

// `cluster.local` stands for the trust domain of the mesh, whatever that is called.
function trustDomains(mesh: Mesh): readonly string[] {
  const { trustDomain, trustDomainAliases } = mesh.installation.meshConfig.value;
  const aliases = Array.isArray(trustDomainAliases) ? trustDomainAliases.filter((a) => typeof a === 'string') : [];
  return [...new Set(['cluster.local', ...(typeof trustDomain === 'string' ? [trustDomain] : []), ...aliases])];
}

function isKnown(written: string, domains: readonly string[], accounts: ReadonlySet<string>): boolean {
  if (!written.includes('*')) {
    const at = written.indexOf('/ns/');
    return at >= 0 && domains.includes(written.slice(0, at)) && accounts.has(written.slice(at));
  }
  for (const domain of domains.slice(0, 20)) {
    for (const account of accounts) {
      const whole = domain + account;
      if (matchesPattern(written, whole)) return true;
    }
  }
  return false;
}

// Istio knows a star at one end. With one at both it is a matter of the form, which is not judged here.
function matchesPattern(pattern: string, text: string): boolean {
  const [first, last] = [pattern.startsWith('*'), pattern.endsWith('*')];
  if (first && last) return text.includes(pattern.slice(1, -1));
  return first ? text.endsWith(pattern.slice(1)) : text.startsWith(pattern.slice(0, last ? -1 : undefined));
}

/** `/ns/shop/sa/cart` of each service account: its object, the pods that run as it, and `default` wherever there is anything. */
function accountsOf(
  resources: readonly Resource[],
  ofPods: readonly (readonly [string, string])[],
): ReadonlySet<string> {
  const accounts = new Set<string>();
  const add = (namespace: string | undefined, name: string) => accounts.add(`/ns/${namespace ?? ''}/sa/${name}`);
  for (const resource of resources) {
    if (resource.namespace !== undefined) add(resource.namespace, 'default');
    if (resource.type === 'Namespace') add(resource.name, 'default');
    if (resource.type === 'ServiceAccount') add(resource.namespace, resource.name);
    if (resource.type === 'networking.istio.io/WorkloadEntry') {
      const name = resource.body.at('spec').at('serviceAccount').string();
      if (name) add(resource.namespace, name);
    }
    if (resource.type === 'networking.istio.io/WorkloadGroup') {
      const name = resource.body.at('spec').at('template').at('serviceAccount').string();
      if (name) add(resource.namespace, name);
    }
  }
  for (const [namespace, name] of ofPods) add(namespace, name);
  return accounts;
}

function accountsHere(mesh: Mesh): ReadonlySet<string> {
  const pods = mesh.workloads.flatMap((w): [string, string][] => {
    const name = w.podSpec.at('serviceAccountName').string() ?? w.podSpec.at('serviceAccount').string();
    return name ? [[w.resource.namespace ?? '', name]] : [];
  });
  // Every Gateway of the Gateway API and the stock charts bring accounts that no manifest shows.
  const made = mesh.ofType('gateway.networking.k8s.io/Gateway').flatMap((g): [string, string][] => [
    [g.namespace ?? '', `${g.name}-${g.body.at('spec').at('gatewayClassName').string() ?? ''}`],
    [g.namespace ?? '', g.name],
  ]);
  const root = mesh.installation.rootNamespace.value;
  const stock = ['istiod', 'istio-ingressgateway', 'istio-egressgateway', 'ztunnel'];
  const charts = stock.flatMap((name): [string, string][] => [
    [root, name],
    [root, `${name}-service-account`],
  ]);
  return accountsOf(
    mesh.resources.filter((r) => !r.partial),
    [...pods, ...made, ...charts],
  );
}

function accountsElsewhere(mesh: Mesh): ReadonlyMap<string, ReadonlySet<string>> {
  const sorted = [...mesh.clusters].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(sorted.map(([name, resources]) => [name, accountsOf(resources, podAccounts(resources))]));
}

function podAccounts(resources: readonly Resource[]): [string, string][] {
  return resources.flatMap((r): [string, string][] => {
    const spec = r.body.at('spec');
    const pod = r.type === 'Pod' ? spec : spec.at('template').at('spec');
    const name = pod.at('serviceAccountName').string();
    return name ? [[r.namespace ?? '', name]] : [];
  });
}
