import {
  AUTHORIZATION_POLICY,
  defineRule,
  type Field,
  GATEWAY,
  lacks,
  type Mesh,
  mappings,
  PEER_AUTHENTICATION,
  type Resource,
  SERVICE_ENTRY,
  SIDECAR,
  specOf,
  texts,
  trafficPolicies,
  VIRTUAL_SERVICE,
  WASM_PLUGIN,
  WORKLOAD_ENTRY,
  WORKLOAD_GROUP,
  writtenDestinations,
} from '@meshvet/core';
import { crdSays, quote, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaPortNumber = defineRule({
  meta: {
    id: 'schema-port-number',
    summary: 'A resource of Istio names a port that there is not.',
    why: 'Ports run from 1 to 65535; the validating webhook of istiod refuses the resource.',
    fix: 'Write the number of the port that is meant.',
    severity: 'error',
    subject: 'resource',
    types: [
      'extensions.istio.io/WasmPlugin',
      'networking.istio.io/DestinationRule',
      'networking.istio.io/Gateway',
      'networking.istio.io/ServiceEntry',
      'networking.istio.io/Sidecar',
      'networking.istio.io/VirtualService',
      'networking.istio.io/WorkloadEntry',
      'networking.istio.io/WorkloadGroup',
      'security.istio.io/AuthorizationPolicy',
      'security.istio.io/PeerAuthentication',
    ],
    codes: ['IST0106'],
    sources: [
      'istio/istio pkg/config/validation/agent/validation.go (ValidatePort)',
      'istio/istio pkg/config/security/security.go (ValidatePorts)',
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
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - route:
                  - destination: { host: cart, port: { number: 80800 } } #~ refused \`80800\`
        `,
      },
      {
        title: 'ports of a policy are texts',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - to: [{ operation: { ports: ["8080-8090"] } }] #~ refused \`"8080-8090"\`
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - match: [{ port: 80 }]
                route:
                  - destination: { host: cart, port: { number: 8080 } }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellRefusals(report, subject, portRefusals(subject, mesh));
  },
});

function* portRefusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const numbers: Refusal[] = [];
  const port = (field: Field, orZero = false) => {
    const number = field.number();
    if (
      number === undefined ||
      !Number.isInteger(number) ||
      (number >= 1 && number <= 65_535) ||
      (orZero && number === 0)
    )
      return;
    // The schemas bound whole numbers since 1.22.
    if (crdSays(mesh, '1.22') && (number < 0 || number > 4_294_967_295)) return;
    numbers.push({ at: field, what: `${String(field.key)} ${number} is no port from 1 to 65535` });
  };
  virtualServicePorts(resource, port, numbers);
  for (const { field, ofPort } of trafficPolicies(resource)) if (!ofPort) port(field.at('tunnel').at('targetPort'));
  for (const server of mappings(field(resource, GATEWAY, 'servers')))
    port(server.at('port').at('number'), isUnixSocket(server.at('bind')));
  for (const one of crdSays(mesh, '1.24') ? [] : mappings(field(resource, SERVICE_ENTRY, 'ports'))) {
    port(one.at('number'));
    port(one.at('targetPort'), true);
  }
  if (!crdSays(mesh, '1.23')) {
    for (const endpoint of mappings(field(resource, SERVICE_ENTRY, 'endpoints')))
      for (const [, one] of endpoint.at('ports').entries()) port(one);
    for (const [, one] of field(resource, WORKLOAD_ENTRY, 'ports').entries()) port(one);
  }
  sidecarPorts(resource, port, numbers);
  const probe = field(resource, WORKLOAD_GROUP, 'probe');
  if (!crdSays(mesh, '1.24')) for (const kind of ['httpGet', 'tcpSocket']) port(probe.at(kind).at('port'));
  if (!crdSays(mesh, '1.20'))
    for (const match of mappings(field(resource, WASM_PLUGIN, 'match')))
      for (const one of mappings(match.at('ports'))) port(one.at('number'));
  yield* numbers;
  yield* policyPorts(resource);
  const levels = field(resource, PEER_AUTHENTICATION, 'portLevelMtls');
  for (const [key, level] of crdSays(mesh, '1.23') ? [] : levels.entries())
    if (/^\d{1,9}$/.test(key) && (Number(key) < 1 || Number(key) > 65_535))
      yield { at: level, what: `${key} is no port from 1 to 65535`, onKey: true };
}

// A field of the spec; one that does not exist for other kinds.
function field(resource: Resource, type: string, key: string): Field {
  return specOf(resource, type)?.at(key) ?? resource.body.at('').at('');
}

type Port = (field: Field, orZero?: boolean) => void;

function virtualServicePorts(resource: Resource, port: Port, refusals: Refusal[]): void {
  const spec = specOf(resource, VIRTUAL_SERVICE);
  if (!spec) return;
  for (const kind of ['http', 'tls', 'tcp'] as const) {
    for (const route of mappings(spec.at(kind))) {
      for (const match of mappings(route.at('match'))) port(match.at('port'), true);
      port(route.at('redirect').at('port'), true);
    }
  }
  for (const { destination } of writtenDestinations(spec)) portSelector(destination.at('port'), port, refusals);
}

// `port: {}` is a port without number, which is port 0.
function portSelector(selector: Field, port: Port, refusals: Refusal[]): void {
  if (lacks(selector, 'number')) refusals.push({ at: selector, what: 'the port has no number' });
  else port(selector.at('number'));
}

function sidecarPorts(resource: Resource, port: Port, refusals: Refusal[]): void {
  const spec = specOf(resource, SIDECAR);
  if (!spec) return;
  for (const listener of mappings(spec.at('ingress'))) port(listener.at('port').at('number'));
  for (const listener of mappings(spec.at('egress')))
    port(listener.at('port').at('number'), isUnixSocket(listener.at('bind')));
  portSelector(spec.at('outboundTrafficPolicy').at('egressProxy').at('port'), port, refusals);
}

function* policyPorts(resource: Resource): Generator<Refusal> {
  for (const rule of mappings(field(resource, AUTHORIZATION_POLICY, 'rules'))) {
    const lists = mappings(rule.at('to')).flatMap((to) =>
      ['ports', 'notPorts'].map((key) => to.at('operation').at(key)),
    );
    for (const when of mappings(rule.at('when')))
      if (when.at('key').string() === 'destination.port') lists.push(when.at('values'), when.at('notValues'));
    for (const { item, text } of lists.flatMap(texts))
      if (text !== '' && !(/^[+-]?\d{1,9}$/.test(text) && Number(text) >= 0 && Number(text) <= 65_535))
        yield { at: item, what: `${quote(text)} is no port from 0 to 65535; each port stands alone, as a text` };
  }
}

function isUnixSocket(bind: Field): boolean {
  const text = bind.string();
  return text === undefined ? bind.hasValue : text.startsWith('unix://');
}
