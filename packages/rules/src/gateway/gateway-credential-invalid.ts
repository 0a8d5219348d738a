import {
  addTo,
  credentialFields,
  defineRule,
  type Field,
  type Gateway,
  gatewayOf,
  lacksAuthority,
  type Mesh,
  makerOfSecret,
  nameOf,
  type Resource,
  type SecretFault,
  secretFault,
  secretsMade,
  terminatesTls,
  workloadsOfGateway,
} from '@meshvet/core';

export const gatewayCredentialInvalid = defineRule({
  meta: {
    id: 'gateway-credential-invalid',
    summary: 'A Gateway takes its certificate from a Secret that holds none that can be used, or that does not exist.',
    why: 'The proxy has nothing to show in the TLS handshake, so every client of the host is cut off.',
    fix: 'Put tls.crt and tls.key of a valid certificate into a Secret in the namespace of the gateway pods.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/Gateway'],
    codes: ['IST0161', 'IST0101/credential'],
    sources: [
      'istio.io/docs/tasks/traffic-management/ingress/secure-ingress/#key-formats',
      'istio.io/docs/reference/config/networking/gateway/#ServerTLSSettings',
      'istio/istio pkg/config/analysis/analyzers/gateway/secret.go',
      'istio/istio pilot/pkg/credentials/kube/secrets.go',
      'RFC 5280, section 4.1',
    ],
    messages: {
      keys: '{gateway}: {secret} has {keys}; a gateway reads tls.crt and tls.key, or cert and key.',
      unreadable: '{gateway}: {key} of {secret} is no certificate in PEM, so the gateway has none to show.',
      expired: '{gateway}: the certificate of {secret} ended on {date}, so clients refuse it.',
      early: '{gateway}: the certificate of {secret} holds from {date} on, so clients refuse it until then.',
      noAuthority:
        '{gateway}: mode {mode} asks clients for a certificate, and neither {secret} (ca.crt) nor Secret {authority} holds the authority to judge it by; every client is refused.',
      missing: '{gateway}: there is no Secret {secret}, where its pods look for the certificate.',
      otherNamespace: '{gateway}: its pods look for Secret {secret}, and {other} is in another namespace.',
    },
  },
  examples: {
    bad: [
      {
        title: 'keys that nobody reads',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: istio-system }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: [shop.example.com]
                tls:
                  mode: SIMPLE
                  credentialName: shop #~ keys \`shop\`
          ---
          apiVersion: v1
          kind: Secret
          metadata: { name: shop, namespace: istio-system }
          stringData: { certificate.pem: "...", key.pem: "..." }
        `,
      },
    ],
    good: [
      {
        title: 'cert-manager makes the Secret',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: istio-system }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: [shop.example.com]
                tls: { mode: SIMPLE, credentialName: shop }
          ---
          apiVersion: cert-manager.io/v1
          kind: Certificate
          metadata: { name: shop, namespace: istio-system }
          spec: { secretName: shop, dnsNames: [shop.example.com], issuerRef: { name: ca } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const gateway = gatewayOf(mesh, resource);
    if (!gateway?.servers.some((s) => s.tls.hasValue)) return;
    const { namespaces, certain } = namespacesOf(mesh, gateway);
    const words = { gateway: nameOf(resource) };
    for (const server of gateway.servers.slice(0, MOST)) {
      if (!terminatesTls(server)) continue;
      for (const field of credentialFields(server)) {
        const name = secretName(field);
        if (!name) continue;
        const secrets = secretsFor(mesh, resource, name, namespaces);
        if (secrets.length > 0) {
          const faults = secrets.map((secret) => ({ secret, fault: secretFault(mesh, secret) }));
          const [first] = faults;
          if (first && faults.every((f) => !f.fault)) {
            const authority = `${name.name}-cacert`;
            const mode = server.tls.at('mode');
            const lacks =
              ASKING.has(mode.string() ?? '') &&
              !server.tls.at('caCertCredentialName').hasValue &&
              secrets.every((s) => lacksAuthority(mesh, s)) &&
              !hasSecret(mesh, authority);
            const secret = nameOf(first.secret);
            if (lacks)
              report(
                field,
                'noAuthority',
                { ...words, mode: mode.string() ?? '', secret, authority: `${first.secret.namespace}/${authority}` },
                { codes: [], severity: mesh.settings.closedWorld ? 'error' : 'warning' },
              );
          }
          if (!first?.fault || faults.some((f) => f.fault?.kind !== first.fault?.kind)) continue;
          const secret = nameOf(first.secret);
          const options = {
            codes: ['IST0161'],
            related: [{ at: first.fault.field, note: RELATED[first.fault.kind] }],
          };
          const { fault } = first;
          if (fault.kind === 'keys') report(field, 'keys', { ...words, secret, keys: keysText(fault.keys) }, options);
          else if (fault.kind === 'unreadable')
            report(field, 'unreadable', { ...words, secret, key: fault.key }, options);
          else report(field, fault.kind, { ...words, secret, date: fault.date }, options);
          continue;
        }
        if (!certain) continue;
        const wanted = namespaces.map((n) => `${name.namespace ?? n}/${name.name}`);
        const [first] = wanted;
        const isMade = (w: string) => {
          const slash = w.indexOf('/');
          return makerOfSecret(mesh, w.slice(0, slash), w.slice(slash + 1)) !== undefined;
        };
        if (!first || wanted.some(isMade) || isDeclared(mesh, wanted)) continue;
        const other = elsewhereNamed(mesh, resource, name.name);
        if (other) {
          report(
            field,
            'otherNamespace',
            { ...words, secret: first, other: nameOf(other) },
            {
              codes: ['IST0101/credential'],
              related: [{ at: other.body.at('metadata').at('namespace'), note: 'it is made here' }],
              ...(mesh.settings.closedWorld ? {} : { severity: 'warning' as const }),
            },
          );
        } else if (mesh.settings.closedWorld) {
          report(field, 'missing', { ...words, secret: first }, { codes: ['IST0101/credential'] });
        }
      }
    }
  },
});

const MOST = 100;

// OPTIONAL_MUTUAL takes a client without a certificate, and needs the authority all the same.
const ASKING: ReadonlySet<string> = new Set(['MUTUAL', 'OPTIONAL_MUTUAL']);

function hasSecret(mesh: Mesh, name: string): boolean {
  return (
    mesh.derive(secretsByName).has(name) || [...mesh.derive(secretsMade).keys()].some((key) => key.endsWith(`/${name}`))
  );
}

const RELATED: Readonly<Record<SecretFault['kind'], string>> = {
  keys: 'the keys of the Secret',
  unreadable: 'this is no certificate',
  expired: 'the certificate',
  early: 'the certificate',
};

interface SecretName {
  readonly namespace: string | undefined;
  readonly name: string;
}

// Other schemes (`sds://`, `configmap://`) are read in other ways.
function secretName(field: Field): SecretName | undefined {
  const written = field.string();
  if (!written) return undefined;
  const text = written.startsWith('kubernetes://') ? written.slice('kubernetes://'.length) : written;
  if (text.includes('://')) return undefined;
  const slash = text.indexOf('/');
  return { namespace: slash < 0 ? undefined : text.slice(0, slash), name: text.slice(slash + 1) };
}

/** Where the pods of a Gateway look for Secrets: in their own namespace, and not in that of the Gateway. */
function namespacesOf(
  mesh: Mesh,
  gateway: Gateway,
): { readonly namespaces: readonly string[]; readonly certain: boolean } {
  const { workloads, open } = workloadsOfGateway(mesh, gateway);
  const sure = workloads.filter((w) => !mesh.assumesNamespace(w.resource));
  const namespaces = [...new Set(workloads.map((w) => w.resource.namespace ?? ''))].sort();
  return { namespaces, certain: workloads.length > 0 && sure.length === workloads.length && !open };
}

// Without the pods it is not known where they look; but a Secret of that name beside the Gateway is the one that is meant.
function secretsFor(
  mesh: Mesh,
  gateway: Resource,
  { namespace, name }: SecretName,
  spaces: readonly string[],
): readonly Resource[] {
  const named = (mesh.derive(secretsByName).get(name) ?? []).slice(0, MOST);
  if (namespace !== undefined) return named.filter((s) => s.namespace === namespace && belongs(mesh, s, gateway));
  if (spaces.length > 0) return named.filter((s) => spaces.includes(s.namespace ?? '') && belongs(mesh, s, gateway));
  return mesh.settings.closedWorld ? [] : named.filter((s) => belongs(mesh, s, gateway));
}

function belongs(mesh: Mesh, secret: Resource, gateway: Resource): boolean {
  return mesh.settings.closedWorld || mesh.near(secret, gateway);
}

// A Secret, or what makes one, that stands beside the Gateway in another namespace. Copies for other namespaces are made by controllers.
function elsewhereNamed(mesh: Mesh, gateway: Resource, name: string): Resource | undefined {
  const made = [...mesh.derive(secretsMade)]
    .filter(([key]) => key.slice(key.indexOf('/') + 1) === name)
    .map(([, r]) => r);
  const all = [...(mesh.derive(secretsByName).get(name) ?? []), ...made].slice(0, MOST);
  if (all.some((r) => isCopied(r) || mesh.assumesNamespace(r) || r.rewrites?.namespace)) return undefined;
  return all.find((r) => mesh.appliedTogether(r, gateway));
}

function isCopied({ annotations, body }: Resource): boolean {
  const template = body.at('spec').at('secretTemplate').at('annotations').entries();
  return [...annotations.keys(), ...template.map(([key]) => key)].some((key) =>
    /reflect|replicat|kubed|sync|copy/i.test(key),
  );
}

function isDeclared(mesh: Mesh, wanted: readonly string[]): boolean {
  return wanted.some((w) => mesh.externals.namespace(w.slice(0, w.indexOf('/'))));
}

function secretsByName(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const named = new Map<string, Resource[]>();
  for (const secret of mesh.ofType('Secret')) {
    if (secret.partial) continue;
    addTo(named, secret.name, secret);
  }
  return named;
}

function keysText(keys: readonly string[]): string {
  if (keys.length === 0) return 'no data';
  return `only ${[...keys].sort().slice(0, 4).join(', ')}${keys.length > 4 ? ', ...' : ''}`;
}
