import {
  defineRule,
  type Field,
  isDnsLabel,
  isIpAddress,
  isUnset,
  lacks,
  type Mesh,
  mappings,
  protocolKind,
  type Resource,
  SIDECAR,
  specOf,
} from '@meshvet/core';
import { protocolFault } from '../shared/refusals/declared-protocol.ts';
import { crdSays, DOUBTED, quote, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';
import { socketPathFault } from '../shared/refusals/unix-address.ts';

export const schemaSidecarListener = defineRule({
  meta: {
    id: 'schema-sidecar-listener',
    summary: 'A listener of a Sidecar resource listens where it cannot, or leads to what it cannot reach.',
    why: 'The validating webhook of istiod refuses the Sidecar, and the proxies keep the whole mesh in view.',
    fix: 'Give each listener a port of its own, an address to bind to, and a default endpoint at the pod itself.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/Sidecar'],
    codes: ['IST0106', 'IST0133'],
    sources: ['istio/istio pkg/config/validation/validation.go (ValidateSidecar)', 'istio.io: Sidecar reference'],
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
          metadata: { name: cart, namespace: shop }
          spec:
            ingress:
              - port: { number: 8080, protocol: HTTP }
                defaultEndpoint: cart:8080 #~ refused \`cart:8080\`
            egress:
              - hosts: ["./*"] #~ refused
              - port: { number: 3306, protocol: MYSQL }
                hosts: ["./*"]
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: cart, namespace: shop }
          spec:
            ingress:
              - port: { number: 8080, protocol: HTTP, name: http }
                defaultEndpoint: 127.0.0.1:8080
            egress:
              - port: { number: 3306, protocol: MYSQL, name: mysql }
                hosts: ["./*"]
              - hosts: ["./*"]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, refusals(subject, mesh));
  },
});

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, SIDECAR);
  if (!spec) return;
  if (lacks(spec, 'egress', 'ingress', 'outboundTrafficPolicy', 'inboundConnectionPool')) {
    yield {
      at: spec,
      what: 'it says nothing: it has none of egress, ingress, outboundTrafficPolicy and inboundConnectionPool',
      onKey: true,
    };
    return;
  }
  yield* ingress(mappings(spec.at('ingress')), mesh);
  yield* egress(mappings(spec.at('egress')), mesh);
  const proxy = spec.at('outboundTrafficPolicy').at('egressProxy');
  const mode = spec.at('outboundTrafficPolicy').at('mode');
  if (!proxy.isMapping) return;
  if (mode.hasValue ? mode.string() === 'REGISTRY_ONLY' : lacks(spec.at('outboundTrafficPolicy'), 'mode'))
    yield {
      at: proxy,
      what: 'egressProxy stands for what no registry knows, and goes with mode ALLOW_ANY',
      onKey: true,
    };
  if (lacks(proxy, 'port')) yield { at: proxy, what: 'egressProxy has no port', onKey: true };
}

function* portFaults(port: Field, mesh: Mesh): Generator<Refusal> {
  if (mesh.istioAtLeast('1.20') && port.at('targetPort').hasValue && port.at('targetPort').value !== 0)
    yield { at: port.at('targetPort'), what: 'a port of a Sidecar has no targetPort', onKey: true };
  const name = port.at('name').string();
  if (name && !isDnsLabel(name))
    yield { at: port.at('name'), what: `port name ${quote(name)} is none of at most 63 letters, digits and hyphens` };
  const fault = protocolFault(port.at('protocol'), mesh);
  if (fault) yield fault;
}

function* ingress(listeners: readonly Field[], mesh: Mesh): Generator<Refusal> {
  const seen = new Set<number>();
  for (const listener of listeners) {
    const port = listener.at('port');
    if (!crdSays(mesh, '1.20') && lacks(listener, 'port'))
      yield { at: listener, what: 'a listener has no port', onKey: true };
    yield* portFaults(port, mesh);
    const number = port.at('number').number();
    if (number !== undefined && seen.has(number))
      yield { at: port.at('number'), what: `port ${number} has two listeners` };
    if (number !== undefined) seen.add(number);
    const bind = listener.at('bind').string();
    if (bind && !isIpAddress(bind)) yield { at: listener.at('bind'), what: `bind ${quote(bind)} is no IP address` };
    const endpoint = listener.at('defaultEndpoint').string();
    const fault = endpoint ? endpointFault(endpoint) : undefined;
    if (fault !== undefined)
      yield { at: listener.at('defaultEndpoint'), what: `defaultEndpoint ${quote(endpoint as string)} ${fault}` };
    const kind = protocolKind(port.at('protocol'), mesh);
    if (
      listener.at('connectionPool').at('http').hasValue &&
      kind !== undefined &&
      kind !== 'http' &&
      !isUnset(port.at('protocol'))
    )
      yield {
        at: listener.at('connectionPool').at('http'),
        what: `http settings do nothing on a port with ${port.at('protocol').string()}`,
        onKey: true,
        mild: true,
      };
  }
}

const LOCAL: ReadonlySet<string> = new Set(['', '127.0.0.1', '0.0.0.0', '::1', '::']);

function endpointFault(text: string): string | undefined {
  if (text.startsWith('unix://')) {
    const fault = socketPathFault(text);
    return fault === undefined ? undefined : `is no socket: ${fault}`;
  }
  const colon = text.lastIndexOf(':');
  const digits = text.slice(colon + 1);
  if (colon < 0 || !/^\d{1,5}$/.test(digits) || Number(digits) < 1 || Number(digits) > 65_535)
    return 'is no address with a port, such as 127.0.0.1:8080';
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return LOCAL.has(host)
    ? undefined
    : 'does not stay in the pod: the address is 127.0.0.1, 0.0.0.0, [::1], [::] or left out';
}

function* egress(listeners: readonly Field[], mesh: Mesh): Generator<Refusal> {
  const seen = new Set<number | string>();
  const whole = listeners.filter((listener) => lacks(listener, 'port'));
  for (const [i, listener] of whole.entries()) {
    if (listener !== listeners.at(-1))
      yield {
        at: listener,
        what:
          whole.length > 1 && i > 0
            ? 'two egress listeners have no port'
            : 'an egress listener without port stands before others; it takes what the others leave, and stands last',
        onKey: true,
      };
    else if (i > 0)
      yield {
        at: listener,
        what: 'two egress listeners have no port, and one of them takes all that is left',
        onKey: true,
      };
  }
  for (const listener of listeners) {
    const port = listener.at('port');
    if (!port.isMapping) continue;
    yield* portFaults(port, mesh);
    yield* egressBind(listener, port.at('number'), seen);
  }
}

function* egressBind(listener: Field, field: Field, seen: Set<number | string>): Generator<Refusal> {
  const [number, bind, mode] = [field.number(), listener.at('bind'), listener.at('captureMode')];
  const text = bind.string();
  if (text?.startsWith('unix://')) {
    const fault = socketPathFault(text);
    if (number !== undefined && number !== 0)
      yield { at: field, what: `a listener at a Unix socket has port 0 and not ${number}` };
    else if (fault !== undefined) yield { at: bind, what: `bind ${quote(text)}: ${fault}` };
    else if (seen.has(text)) yield { at: bind, what: `bind ${quote(text)} has two listeners` };
    if (mode.value === 'IPTABLES')
      yield { at: mode, what: 'nothing is captured at a Unix socket, and captureMode is DEFAULT or NONE there' };
    seen.add(text);
    return;
  }
  if (number !== undefined && seen.has(number)) yield { at: field, what: `port ${number} has two egress listeners` };
  if (number !== undefined) seen.add(number);
  if (text && !isIpAddress(text))
    yield { at: bind, what: `bind ${quote(text)} is neither an IP address nor a Unix socket` };
}
