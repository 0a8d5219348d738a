import {
  classOf,
  defineRule,
  didYouMean,
  type Field,
  isPatchedAt,
  knownTokens,
  type Mesh,
  nameOf,
  protocolOfText,
} from '@meshvet/core';
import { isToldByShape } from '../shared/schema/broken-shape.ts';

export const portGatewayProtocolInvalid = defineRule({
  meta: {
    id: 'port-gateway-protocol-invalid',
    summary:
      'A server of an Istio Gateway has a port that Istio refuses, or a tls block that does not fit its protocol.',
    why: 'The validating webhook refuses the Gateway; where it is not installed, the proxy opens no usable listener for the server.',
    fix: 'Write a known protocol and a name of its own for each port, and a tls block for HTTPS and TLS only.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/Gateway'],
    sources: [
      'istio/istio pkg/config/validation/validation.go',
      'istio/istio pkg/config/protocol/instance.go',
      'istio.io: Gateway reference, Port and ServerTLSSettings',
    ],
    messages: {
      protocol: '{gateway}: port {port} has protocol "{written}"; {accepted}.',
      protocolMissing: '{gateway}: port {port} has no protocol; a Gateway does not read it from the name.',
      nameMissing: '{gateway}: port {port} has no name, which Istio requires.',
      nameRepeated: '{gateway}: the port name "{name}" stands more than once; each server needs one of its own.',
      tlsMissing: '{gateway}: port {port} has protocol {written} and no tls block, which {written} requires.',
      tlsOnHttp:
        '{gateway}: port {port} has protocol {written} and a tls block with {setting}; on such a port only tls.httpsRedirect may stand.',
      tlsOnTcp: '{gateway}: port {port} has protocol {written} and a tls block; only HTTPS and TLS take one.',
      targetPort: '{gateway}: port {port} has a targetPort, which Istio refuses in a Gateway since 1.20.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a protocol that is none, and a name that stands twice',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: shop, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 80, name: http, protocol: HTTP1 } #~ protocol \`HTTP1\`
                hosts: ["*"]
              - port: { number: 8080, name: http, protocol: HTTP } #~ nameRepeated
                hosts: ["*"]
        `,
      },
      {
        title: 'tls where it is not allowed, and none where it is needed',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: shop, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS } #~ tlsMissing
                hosts: ["*"]
              - port: { number: 80, name: http, protocol: HTTP }
                hosts: ["*"]
                tls: { mode: SIMPLE, credentialName: shop } #~ tlsOnHttp
        `,
      },
    ],
    good: [
      {
        title: 'a redirect to HTTPS, and HTTPS',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: shop, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                hosts: ["*"]
                tls: { httpsRedirect: true }
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: ["*"]
                tls: { mode: SIMPLE, credentialName: shop }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    if (subject.type !== 'networking.istio.io/Gateway' || subject.partial) return;
    if (isPatchedAt(subject, 'spec', 'servers')) return;
    const gateway = nameOf(subject);
    const names = new Set<string>();
    for (const server of subject.body.at('spec').at('servers').items() as Field[]) {
      const port = server.at('port');
      if (!port.isMapping) continue;
      const words = { gateway, port: port.at('number').text() || port.at('name').text() || '?' };
      const name = port.at('name').text();
      if (name === '' || !port.at('name').hasValue) {
        if (!isToldByShape(mesh, subject, port.at('name')))
          report(port.at('name').exists ? port.at('name') : port, 'nameMissing', words);
      } else if (name !== undefined && names.has(name)) report(port.at('name'), 'nameRepeated', { gateway, name });
      if (name !== undefined) names.add(name);
      if (mesh.istioAtLeast('1.20') && port.at('targetPort').hasValue && port.at('targetPort').value !== 0)
        report(port.at('targetPort'), 'targetPort', words, { onKey: true });
      const field = port.at('protocol');
      const written = field.text();
      if (!field.hasValue || written === '') {
        if (!isToldByShape(mesh, subject, field)) report(field.exists ? field : port, 'protocolMissing', words);
        continue;
      }
      if (written === undefined) continue;
      const wrong = tlsProblem(mesh, server, written);
      if (!isKnown(mesh, written))
        report(field, 'protocol', { ...words, written, accepted: acceptedText(mesh, written) });
      else if (wrong)
        report(wrong.at, wrong.message, { ...words, written, setting: wrong.setting }, { onKey: wrong.at !== field });
    }
  },
});

// The tunnel of ambient mode: istiod writes it itself, and never reads it in a Gateway of a user.
const INTERNAL = 'hbone';

function isKnown(mesh: Mesh, written: string): boolean {
  const token = written.toLowerCase();
  return token === INTERNAL || knownTokens(mesh.settings).includes(token);
}

function acceptedText(mesh: Mesh, written: string): string {
  // UDP and HTTP_PROXY are read, and of no use here.
  const tokens = knownTokens(mesh.settings).filter((t) => t !== 'udp' && t !== 'http_proxy');
  const likely = didYouMean(written.toLowerCase(), tokens);
  return likely === undefined
    ? `accepted are ${tokens.map((t) => t.toUpperCase()).join(', ')}`
    : `did you mean ${likely.toUpperCase()}`;
}

interface TlsProblem {
  readonly at: Field;
  readonly message: 'tlsMissing' | 'tlsOnHttp' | 'tlsOnTcp';
  readonly setting: string;
}

function tlsProblem(mesh: Mesh, server: Field, written: string): TlsProblem | undefined {
  const token = written.toLowerCase();
  if (token === INTERNAL) return undefined;
  const tls = server.at('tls');
  if (token === 'https' || token === 'tls')
    return tls.hasValue ? undefined : { at: server.at('port').at('protocol'), message: 'tlsMissing', setting: '' };
  if (!tls.isMapping) return undefined;
  const protocol = protocolOfText(mesh.settings, token);
  if (protocol === undefined) return undefined;
  if (classOf(protocol) !== 'http') return { at: tls, message: 'tlsOnTcp', setting: '' };
  const mode = tls.at('mode');
  // PASSTHROUGH is what stands for a mode that is not written.
  if (mode.hasValue && ['SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL'].includes(mode.text() ?? ''))
    return { at: tls, message: 'tlsOnHttp', setting: `mode ${mode.text()}` };
  const certificate = ['caCertificates', 'privateKey', 'serverCertificate'].find((key) => {
    const text = tls.at(key).text();
    return text !== undefined && text !== '';
  });
  return certificate === undefined ? undefined : { at: tls, message: 'tlsOnHttp', setting: certificate };
}
