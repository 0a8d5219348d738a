import {
  defineRule,
  type Field,
  GATEWAY,
  isDnsLabel,
  isEmptyList,
  isIpAddress,
  isPartialWildcard,
  isPlaceholder,
  isWildcardDomain,
  lacks,
  type Mesh,
  mappings,
  nameFault,
  type Resource,
  SIDECAR,
  specOf,
  texts,
} from '@meshvet/core';
import { crdSays, DOUBTED, quote, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';

export const schemaNamespaceHost = defineRule({
  meta: {
    id: 'schema-namespace-host',
    summary: 'A host of a Gateway or Sidecar is not written as Istio reads it there.',
    why: 'Hosts of a Gateway may have a namespace and a slash before them, those of a Sidecar must; the validating webhook of istiod refuses anything else.',
    fix: 'Write "namespace/host" with "*" or "." for the namespace, and a domain name with a dot or "*" for the host.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/Gateway', 'networking.istio.io/Sidecar'],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateNamespaceSlashWildcardHostname, validateSidecarEgressHosts)',
      'istio.io: Gateway reference, Server.hosts; Sidecar reference, IstioEgressListener.hosts',
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
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: shop }
          spec:
            egress:
              - hosts:
                  - ./*
                  - ./cart.shop.svc.cluster.local #~ doubted
              - port: { number: 80, protocol: HTTP }
                hosts: [reviews.shop.svc.cluster.local] #~ refused
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                hosts: [shop, "*.shop.example.com/cart"] #~ refused \`shop\` #~ refused \`"*.shop.example.com/cart"\`
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: shop }
          spec:
            egress: [{ hosts: ["./*", "istio-system/*", "~/*"] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                hosts: ["*", "shop/*.shop.example.com", 10.0.0.7]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, [...gatewayHosts(subject, mesh), ...sidecarHosts(subject, mesh)]);
  },
});

function* gatewayHosts(resource: Resource, mesh: Mesh): Generator<Refusal> {
  for (const server of mappings(specOf(resource, GATEWAY)?.at('servers') ?? resource.body.at('').at(''))) {
    yield* without(server.at('hosts'), mesh);
    for (const { item, text } of texts(server.at('hosts'))) {
      const fault = hostFault(text, false);
      if (fault !== undefined) yield { at: item, what: fault };
    }
  }
}

function* sidecarHosts(resource: Resource, mesh: Mesh): Generator<Refusal> {
  for (const listener of mappings(specOf(resource, SIDECAR)?.at('egress') ?? resource.body.at('').at(''))) {
    const hosts = listener.at('hosts');
    yield* without(hosts, mesh);
    let sound = true;
    for (const { item, text } of texts(hosts)) {
      const fault = hostFault(text, true);
      if (fault === undefined) continue;
      sound = false;
      yield { at: item, what: fault };
    }
    if (sound) yield* repeated(hosts, resource.namespaceWritten ? resource.namespace : undefined);
  }
}

function* without(hosts: Field, mesh: Mesh): Generator<Refusal> {
  if (isEmptyList(hosts) || (lacks(hosts.parent as Field, 'hosts') && !crdSays(mesh, '1.20')))
    yield { at: hosts, what: `an entry of ${String(hosts.parent?.parent?.key)} has no hosts`, onKey: true };
}

// Source: `validateNamespaceSlashWildcardHostname`.
function hostFault(text: string, isSidecar: boolean): string | undefined {
  const slash = text.indexOf('/');
  if (slash < 0 && isSidecar)
    return `host ${quote(text)} has no namespace; it is written as namespace/host, such as "./${text}" or "*/${text}"`;
  const namespace = slash < 0 ? undefined : text.slice(0, slash);
  const host = text.slice(slash + 1);
  if (namespace !== undefined && !isNamespace(namespace, isSidecar))
    return `host ${quote(text)}: ${quote(namespace)} before the slash is no namespace, and neither "*" nor "."`;
  if (host === '*') return undefined;
  if (host === '') return `host ${quote(text)} is empty${slash < 0 ? '' : ' behind the slash'}`;
  if (!isSidecar && isIpAddress(host)) return undefined;
  if (!host.includes('.')) return `host ${quote(text)} is a short name, and only "*" and names with a dot stand here`;
  if (isPartialWildcard(host)) return `host ${quote(text)} has a * that is not a whole part of the name`;
  return isWildcardDomain(host) ? undefined : `host ${quote(text)} is no domain name: ${nameFault(host)}`;
}

function isNamespace(text: string, isSidecar: boolean): boolean {
  if (text === '*' || text === '.' || isDnsLabel(text)) return true;
  return isSidecar && text.startsWith('~') && (text === '~' || isNamespace(text.slice(1), false));
}

function* repeated(hosts: Field, own: string | undefined): Generator<Refusal> {
  const entries = texts(hosts)
    .filter(({ text }) => !text.startsWith('~') && !isPlaceholder(text))
    .map(({ item, text }) => ({
      item,
      text,
      namespace: text.slice(0, text.indexOf('/')),
      host: text.slice(text.indexOf('/') + 1),
    }))
    .map((entry) => ({ ...entry, namespace: entry.namespace === '.' && own !== undefined ? own : entry.namespace }));
  const whole = new Set(entries.filter(({ host }) => host === '*').map(({ namespace }) => namespace));
  const seen = new Set<string>();
  for (const { item, text, namespace, host } of entries) {
    const name = `${namespace}/${host}`;
    if (seen.has(name)) yield { at: item, what: `host ${quote(text)} stands twice in its list`, mild: true };
    else if (host !== '*' && whole.has(namespace))
      yield {
        at: item,
        what: `host ${quote(text)} changes nothing, since the list takes in all hosts of its namespace`,
        mild: true,
      };
    else if (host === '*' && namespace !== '*' && whole.has('*'))
      yield {
        at: item,
        what: `host ${quote(text)} changes nothing, since "*/*" of the list takes in everything`,
        mild: true,
      };
    seen.add(name);
  }
}
