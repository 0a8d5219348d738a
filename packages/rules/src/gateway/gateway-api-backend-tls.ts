import {
  type AuthorityFault,
  type AuthorityReference,
  authorityFault,
  BACKEND_TLS_POLICY_TYPE,
  backendTlsPolicyOf,
  defineRule,
  hasGatewaysOfIstioAlone,
  type NamedPort,
  nameOf,
  rivalPolicy,
  targetFault,
} from '@meshvet/core';
import { quoted } from '../shared/words/route-words.ts';

export const gatewayApiBackendTls = defineRule({
  meta: {
    id: 'gateway-api-backend-tls',
    summary:
      'A BackendTLSPolicy is for a backend, a port or a ConfigMap that is not there, or for a backend that has one already.',
    why: 'A policy whose backend is not there holds for nothing, so gateways speak plain text to a port that expects TLS; one without a certificate to check by fails every connection.',
    fix: 'Name a Service of the same namespace in targetRefs, the name of one of its ports as sectionName, and a ConfigMap of that namespace with the key ca.crt.',
    severity: 'warning',
    subject: 'resource',
    judgedAround: true,
    types: [BACKEND_TLS_POLICY_TYPE],
    sources: [
      'gateway-api.sigs.k8s.io/api-types/backendtlspolicy/',
      'istio/istio pilot/pkg/config/kube/gateway/backend_policies.go (BackendTLSPolicyCollection, getBackendTLSCredentialName, btlsIsConflicted)',
      'istio/istio pilot/pkg/credentials/kube/secrets.go (ExtractRoot)',
    ],
    messages: {
      target: '{policy}: {target} does not exist, so the policy holds for nothing.',
      section:
        '{policy}: {target} has no port called "{section}", but {ports}; the policy holds for nothing there, and gateways speak plain text to it.',
      authority: '{policy}: ConfigMap {map} does not exist, so every connection to the backend fails.',
      key: '{policy}: ConfigMap {map} has {keys} and no ca.crt, so every connection to the backend fails.',
      kind: '{policy}: certificates are read from a ConfigMap, and this is a {kind}: Istio does not take it, and every connection to the backend fails.',
      several:
        '{policy}: Istio reads the first of several caCertificateRefs alone; put the certificates into one ConfigMap.',
      conflict: '{policy}: {other} is for {target} as well; only the older of the two holds.',
      version:
        '{policy}: Istio reads BackendTLSPolicies since 1.28 and this is {version}, so gateways speak to {target} as without it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the number of the port in place of its name, and a ConfigMap that is called otherwise',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: search, namespace: shop }
          spec: { selector: { app: search }, ports: [{ name: https, port: 9200 }] }
          ---
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: search-ca, namespace: shop }
          data: { ca.crt: "..." }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: BackendTLSPolicy
          metadata: { name: search, namespace: shop }
          spec:
            targetRefs:
              - group: ""
                kind: Service
                name: search
                sectionName: "9200" #~ section
            validation:
              hostname: search.example.com
              caCertificateRefs:
                - group: ""
                  kind: ConfigMap
                  name: ca-search #~ authority \`ca-search\`
        `,
      },
    ],
    good: [
      {
        title: 'a port by its name, and certificates of the same namespace',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: search, namespace: shop }
          spec: { selector: { app: search }, ports: [{ name: https, port: 9200 }] }
          ---
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: search-ca, namespace: shop }
          data: { ca.crt: "..." }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: BackendTLSPolicy
          metadata: { name: search, namespace: shop }
          spec:
            targetRefs: [{ group: "", kind: Service, name: search, sectionName: https }]
            validation:
              hostname: search.example.com
              caCertificateRefs: [{ group: "", kind: ConfigMap, name: search-ca }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = backendTlsPolicyOf(resource);
    if (!policy) return;
    const name = nameOf(resource);
    const namespace = resource.namespace ?? '';
    const ofIstio = hasGatewaysOfIstioAlone(mesh);
    const [first] = policy.targets;
    if (first && ofIstio && !mesh.istioAtLeast('1.28')) {
      const words = {
        target: `${first.kind} ${namespace}/${first.name}`,
        version: mesh.settings.istioVersion.join('.'),
      };
      report(first.nameField, 'version', { policy: name, ...words });
      return;
    }
    for (const target of policy.targets) {
      const words = { policy: name, target: `${target.kind} ${namespace}/${target.name}` };
      const fault = targetFault(mesh, resource, target);
      if (fault?.kind === 'missing') report(target.nameField, 'target', words);
      else if (fault?.kind === 'section')
        report(
          target.sectionField,
          'section',
          { ...words, section: target.section ?? '', ports: portsText(fault.ports) },
          {
            related: [{ at: fault.target.body.at('spec').at('ports'), note: `the ports of ${nameOf(fault.target)}` }],
            ...fixOf(portMeant(fault.ports, target.section)),
          },
        );
      const rival = fault ? undefined : rivalPolicy(mesh, resource, target);
      const port = target.section ? `port "${target.section}" of ` : '';
      if (rival)
        report(
          target.nameField,
          'conflict',
          { ...words, target: `${port}${words.target}`, other: nameOf(rival) },
          { related: [{ at: rival.body.at('spec').at('targetRefs'), note: `what ${nameOf(rival)} is for` }] },
        );
    }
    const { authorities } = policy;
    for (const [i, ref] of authorities.entries()) {
      // Istio looks at no other.
      if (i > 0 && ofIstio) {
        report(ref.field.at('name'), 'several', { policy: name });
        break;
      }
      if (ref.kind !== 'ConfigMap') {
        if (ofIstio) report(ref.field.at('kind'), 'kind', { policy: name, kind: ref.kindText });
        continue;
      }
      const fault = authorityFault(mesh, resource, ref);
      if (!fault) continue;
      const words = { policy: name, map: `${ref.namespace}/${ref.name}` };
      if (fault.kind === 'keys') report(ref.field.at('name'), 'key', { ...words, keys: quoted(fault.keys) });
      else report(ref.field.at('name'), 'authority', words, fixOf(mapMeant(ref, fault)));
    }
  },
});

function fixOf(fix: string | undefined) {
  return fix === undefined ? {} : { fix };
}

function portsText(ports: readonly NamedPort[]): string {
  const shown = ports.slice(0, 6).map((p) => (p.name ? `"${p.name}" (${p.number})` : `${p.number} without a name`));
  return shown.join(', ') + (ports.length > 6 ? ', ...' : '');
}

// A number in place of the name, or the only one that there is.
function portMeant(ports: readonly NamedPort[], section: string | undefined): string | undefined {
  const meant = ports.find((p) => `${p.number}` === section) ?? (ports.length === 1 ? ports[0] : undefined);
  return meant?.name ? `Did you mean "${meant.name}"?` : undefined;
}

function mapMeant({ namespace }: AuthorityReference, fault: AuthorityFault): string | undefined {
  if (fault.kind !== 'missing' || !fault.instead) return undefined;
  const { instead } = fault;
  return instead.namespace === namespace
    ? `Did you mean "${instead.name}"?`
    : `There is one in namespace "${instead.namespace}"; it has to be in ${namespace}.`;
}
