import {
  DESTINATION_RULE,
  defineRule,
  type Field,
  hostsOverlap,
  isBoundToMesh,
  isDomainName,
  isEmptyList,
  isIpAddress,
  isPartialWildcard,
  isWildcardDomain,
  lacks,
  lacksText,
  type Mesh,
  nameFault,
  type Resource,
  SERVICE_ENTRY,
  SIDECAR,
  specOf,
  texts,
  trafficPolicies,
  VIRTUAL_SERVICE,
  writtenDestinations,
} from '@meshvet/core';
import { crdSays, DOUBTED, quote, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';

export const schemaHostName = defineRule({
  meta: {
    id: 'schema-host-name',
    summary: 'A host of a resource of Istio is no domain name, or cannot stand where it stands.',
    why: 'The validating webhook of istiod refuses the resource; where it is not installed, the routes of the host lead nowhere.',
    fix: 'Write a domain name of letters, digits and hyphens, with a wildcard as its first part at most.',
    severity: 'error',
    subject: 'resource',
    types: [
      'networking.istio.io/DestinationRule',
      'networking.istio.io/ServiceEntry',
      'networking.istio.io/Sidecar',
      'networking.istio.io/VirtualService',
    ],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateVirtualServiceHostname, ValidateServiceEntry, validateDestination)',
      'istio/istio pkg/config/validation/agent/validation.go (ValidateFQDN, ValidateWildcardDomain)',
      'istio.io: VirtualService, DestinationRule and ServiceEntry reference, hosts',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
      doubted: '{resource}: {what}.',
    },
    perMessage: { doubted: DOUBTED },
  },
  examples: {
    bad: [
      {
        title: 'a host with an underscore, and a wildcard for all of the mesh',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts:
              - shop_cart.example.com #~ refused \`shop_cart.example.com\`
            http: [{ route: [{ destination: { host: cart } }] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: all, namespace: shop }
          spec:
            hosts: ["*"] #~ refused
            http: [{ route: [{ destination: { host: cart } }] }]
        `,
      },
      {
        title: 'an address among the hosts of a ServiceEntry',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: metadata-server, namespace: shop }
          spec:
            hosts: [metadata.google.internal, 169.254.169.254] #~ refused \`169.254.169.254\`
            ports: [{ number: 80, name: http, protocol: HTTP }]
            resolution: NONE
        `,
      },
      {
        title: 'a wildcard that is not a whole part',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: api, namespace: shop }
          spec:
            hosts: ["*-api.example.com"] #~ doubted
            ports: [{ number: 443, name: tls, protocol: TLS }]
            resolution: NONE
        `,
      },
    ],
    good: [
      {
        title: 'short names, whole names, a wildcard, and an address on a gateway',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart, "*.shop.example.com", 10.0.0.7]
            gateways: [front]
            http: [{ route: [{ destination: { host: cart.shop.svc.cluster.local } }] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: all, namespace: shop }
          spec: { host: "*", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, [
      ...virtualServiceHosts(subject),
      ...destinationRuleHosts(subject, mesh),
      ...serviceEntryHosts(subject, mesh),
      ...sidecarHosts(subject),
    ]);
  },
});

function* virtualServiceHosts(resource: Resource): Generator<Refusal> {
  const spec = specOf(resource, VIRTUAL_SERVICE);
  if (!spec) return;
  const bound = isBoundToMesh(spec);
  const hosts = texts(spec.at('hosts'));
  let sound = true;
  for (const { item, text } of hosts) {
    if (!isWildcardDomain(text) && !isIpAddress(text) && !(bound === false && text.startsWith('outbound_.'))) {
      sound = false;
      yield noName(item, 'host', text);
    } else if (text === '*' && bound) {
      sound = false;
      yield {
        at: item,
        what: 'host "*" can stand only in a VirtualService for gateways, and this one holds for the mesh',
      };
    }
  }
  if (sound) yield* overlaps(hosts);
  for (const { destination } of writtenDestinations(spec)) {
    const host = destination.at('host');
    const text = host.string();
    if (text === '*') yield { at: host, what: 'a destination is one host and not "*"' };
    else if (text && !isWildcardDomain(text)) yield noName(host, 'destination host', text);
  }
}

// No list of people has more wildcards; each host is held against all of them.
const MOST_WILDCARDS = 100;

function* overlaps(hosts: readonly { item: Field; text: string }[]): Generator<Refusal> {
  const seen = new Set<string>();
  const wildcards = hosts.filter(({ text }) => text.startsWith('*')).slice(0, MOST_WILDCARDS);
  for (const { item, text } of hosts) {
    if (seen.has(text)) yield { at: item, what: `host ${quote(text)} stands twice in its list` };
    else {
      // Each pair is told once: at the narrower of two, and at the later of two wildcards with the same reach.
      const wider = wildcards.find(
        (other) => other.text !== text && other.text.length <= text.length && hostsOverlap(other.text, text),
      );
      if (wider) yield { at: item, what: `host ${quote(text)} is covered by ${quote(wider.text)} of the same list` };
    }
    seen.add(text);
  }
}

function* destinationRuleHosts(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, DESTINATION_RULE);
  if (!spec) return;
  const host = spec.at('host');
  const text = host.string();
  if (text !== undefined && !isWildcardDomain(text)) yield noName(host, 'host', text);
  else if (lacksText(spec, 'host') && text === undefined && !crdSays(mesh, '1.20'))
    yield { at: spec, what: 'the rule names no host' };
  for (const { field } of trafficPolicies(resource)) {
    const target = field.at('tunnel').at('targetHost');
    const name = target.string();
    if (name !== undefined && !isDomainName(name) && !isIpAddress(name)) yield noName(target, 'targetHost', name);
  }
}

function* serviceEntryHosts(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, SERVICE_ENTRY);
  if (!spec) return;
  const hosts = spec.at('hosts');
  if (lacks(spec, 'hosts') && !crdSays(mesh, isEmptyList(hosts) ? '1.24' : '1.20'))
    yield { at: hosts, what: 'the ServiceEntry has no hosts', onKey: true };
  const dynamic = spec.at('resolution').value === 'DYNAMIC_DNS';
  for (const { item, text } of texts(hosts)) {
    if (text === '*') {
      if (!crdSays(mesh, '1.24'))
        yield { at: item, what: 'host "*" stands for everything, which a ServiceEntry cannot' };
    } else if (isIpAddress(text)) {
      // Manifests of the first releases have such hosts.
      if (mesh.istioAtLeast('1.10'))
        yield { at: item, what: `host ${quote(text)} is an address, which belongs into addresses` };
    } else if (!isWildcardDomain(text)) yield noName(item, 'host', text);
    else if (isPartialWildcard(text) && !dynamic)
      yield {
        at: item,
        what: `host ${quote(text)} has a * that is not a whole part of the name, and most proxies match it with nothing`,
        mild: true,
      };
  }
}

function* sidecarHosts(resource: Resource): Generator<Refusal> {
  const host = specOf(resource, SIDECAR)?.at('outboundTrafficPolicy').at('egressProxy').at('host');
  const text = host?.string();
  if (host && text !== undefined && !isDomainName(text)) yield noName(host, 'egressProxy host', text);
}

function noName(at: Field, word: string, text: string): Refusal {
  return { at, what: `${word} ${quote(text)} is no domain name: ${nameFault(text)}` };
}
