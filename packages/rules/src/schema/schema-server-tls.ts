import {
  defineRule,
  GATEWAY,
  isUnset,
  type Mesh,
  mappings,
  protocolKind,
  type Resource,
  SIDECAR,
  specOf,
} from '@meshvet/core';
import { DOUBTED, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';
import { serverTlsFaults } from '../shared/refusals/tls-settings.ts';

export const schemaServerTls = defineRule({
  meta: {
    id: 'schema-server-tls',
    summary:
      'The tls block of a Gateway server or a Sidecar listener lacks a certificate, or has one that its mode does not take.',
    why: 'The validating webhook of istiod refuses the resource; where it is not installed, the listener opens no TLS, and clients are turned away.',
    fix: 'Name a credentialName for modes that open TLS, and no certificate for those that pass it through.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/Gateway', 'networking.istio.io/Sidecar'],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateTLSOptions, validateSidecarIngressTLS)',
      'istio.io: Gateway reference, ServerTLSSettings',
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
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: [shop.example.com]
                tls: { mode: MUTUAL, serverCertificate: /cert.pem, privateKey: /key.pem } #~ refused \`MUTUAL\`
              - port: { number: 8443, name: tls, protocol: TLS }
                hosts: [api.example.com]
                tls: { mode: PASSTHROUGH, credentialName: api } #~ doubted \`credentialName\`
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: [shop.example.com]
                tls: { mode: MUTUAL, credentialName: shop }
              - port: { number: 8443, name: tls, protocol: TLS }
                hosts: [api.example.com]
                tls: { mode: PASSTHROUGH }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, [...gatewayFaults(subject, mesh), ...sidecarFaults(subject, mesh)]);
  },
});

function* gatewayFaults(resource: Resource, mesh: Mesh): Generator<Refusal> {
  for (const server of mappings(specOf(resource, GATEWAY)?.at('servers') ?? resource.body.at('').at(''))) {
    const tls = server.at('tls');
    const kind = protocolKind(server.at('port').at('protocol'), mesh);
    // A block on a port of another protocol is told by a rule about ports.
    if (kind === 'tls') yield* serverTlsFaults(tls, mesh);
    if (kind === 'tls' && tls.at('httpsRedirect').value === true)
      yield {
        at: tls.at('httpsRedirect'),
        what: 'httpsRedirect redirects plain HTTP, and does nothing on a port that opens TLS',
        onKey: true,
        mild: true,
      };
  }
}

const FOREIGN = ['subjectAltNames', 'httpsRedirect', 'credentialName', 'credentialNames', 'tlsCertificates'];

function* sidecarFaults(resource: Resource, mesh: Mesh): Generator<Refusal> {
  for (const listener of mappings(specOf(resource, SIDECAR)?.at('ingress') ?? resource.body.at('').at(''))) {
    const tls = listener.at('tls');
    if (!tls.isMapping) continue;
    const foreign = FOREIGN.filter((key) => !isUnset(tls.at(key)) && tls.at(key).value !== false);
    for (const key of foreign)
      yield { at: tls.at(key), what: `${key} is for Gateways, and a listener of a Sidecar takes none`, onKey: true };
    const mode = tls.at('mode').string();
    if (mode === 'ISTIO_MUTUAL' || mode === 'AUTO_PASSTHROUGH') {
      yield { at: tls.at('mode'), what: `mode ${mode} is for Gateways, and a listener of a Sidecar takes none` };
      continue;
    }
    const kind = protocolKind(listener.at('port').at('protocol'), mesh);
    if (kind !== undefined && kind !== 'tls')
      yield { at: tls, what: 'a listener with a tls block has protocol HTTPS or TLS', onKey: true };
    if (foreign.length === 0) yield* serverTlsFaults(tls, mesh);
  }
}
