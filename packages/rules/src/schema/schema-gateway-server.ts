import {
  defineRule,
  GATEWAY,
  isDnsLabel,
  isIpAddress,
  isPlaceholder,
  lacks,
  type Mesh,
  mappings,
  type Resource,
  specOf,
} from '@meshvet/core';
import { crdSays, quote, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';
import { socketPathFault } from '../shared/refusals/unix-address.ts';

export const schemaGatewayServer = defineRule({
  meta: {
    id: 'schema-gateway-server',
    summary: 'A Gateway has no servers, a name that it cannot have, or a server that listens nowhere.',
    why: 'The validating webhook of istiod refuses the Gateway, and no port is opened.',
    fix: 'Write at least one server, bind it to an IP address or a Unix socket, and name the Gateway with letters, digits and hyphens.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/Gateway'],
    codes: ['IST0106'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (ValidateGateway, validateServerBind)',
      'istio.io: Gateway reference',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata:
            name: front.example.com #~ refused
            namespace: shop
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                bind: localhost #~ refused \`localhost\`
                hosts: ["*"]
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
              - port: { number: 80, name: http, protocol: HTTP }
                bind: 127.0.0.1
                hosts: ["*"]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellRefusals(report, subject, refusals(subject, mesh));
  },
});

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, GATEWAY);
  if (!spec) return;
  const { name, rewrites } = resource;
  if (name !== '' && !rewrites?.name && !isPlaceholder(name) && !isDnsLabel(name))
    yield {
      at: resource.body.at('metadata').at('name'),
      what: `${quote(name)} is no name of a Gateway, which has no dots and at most 63 characters`,
    };
  const servers = spec.at('servers');
  if (lacks(spec, 'servers')) yield { at: servers, what: 'it has no servers', onKey: true };
  for (const server of mappings(servers)) {
    const port = server.at('port');
    if (!port.hasValue && !crdSays(mesh, '1.20')) yield { at: server, what: 'a server has no port', onKey: true };
    const bind = server.at('bind');
    const text = bind.string();
    if (!text) continue;
    if (!text.startsWith('unix://')) {
      if (!isIpAddress(text))
        yield { at: bind, what: `bind ${quote(text)} is neither an IP address nor a Unix socket` };
      continue;
    }
    const fault = socketPathFault(text);
    if (fault !== undefined) yield { at: bind, what: `bind ${quote(text)}: ${fault}` };
    const number = port.at('number').number();
    if (number !== undefined && number !== 0)
      yield { at: port.at('number'), what: `a server bound to a Unix socket has port 0 and not ${number}` };
  }
}
