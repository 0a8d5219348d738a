import {
  appProtocolSince,
  defineRule,
  didYouMean,
  istioAtLeast,
  knownTokens,
  nameOf,
  namingDefects,
  protocolOfText,
  serverFirstEvidence,
} from '@meshvet/core';
import { namingCodes } from '../shared/codes/port-codes.ts';
import { severityForPort } from '../shared/severity/audience.ts';
import { istioName } from '../shared/words/port-words.ts';

const EXACT = ['kubernetes.io/h2c', 'kubernetes.io/ws', 'kubernetes.io/wss'] as const;

export const portAppProtocolUnknown = defineRule({
  meta: {
    id: 'port-app-protocol-unknown',
    summary: 'The appProtocol of a Service port is no protocol that Istio knows.',
    why: 'appProtocol, once written, is all that Istio reads: it does not fall back to the port name, so the protocol is left to detection.',
    fix: 'Write a protocol that Istio knows, such as http, grpc or tcp, or leave appProtocol out and name the port after its protocol.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    since: '1.6',
    codes: ['IST0118', 'KIA0602'],
    sources: ['istio/istio pkg/config/kube/conversion.go'],
    messages: {
      unknown:
        '{service}: appProtocol "{value}" of port {port} is unknown to {istio}, so its protocol is {result}. Known are {known}.',
      nameIgnored:
        '{service}: appProtocol "{value}" of port {port} is unknown to {istio}, and name "{name}" is not read beside it: its protocol is {result}. Known are {known}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the name would have told',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - name: http-api
                port: 80
                appProtocol: HTTP/1.1 #~ nameIgnored \`HTTP/1.1\`
              - name: queue
                port: 5672
                appProtocol: amqp #~ unknown \`amqp\`
        `,
      },
    ],
    good: [
      {
        title: 'case does not matter, and three names of Kubernetes are known',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: api, port: 80, appProtocol: HTTP }
              - { name: stream, port: 81, appProtocol: kubernetes.io/h2c }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    for (const { port, defect } of namingDefects(mesh, service)) {
      if (defect !== 'app-protocol-unknown' || port.appProtocol === undefined) continue;
      const known = [
        // udp is known too, and would be worse on a TCP port.
        ...knownTokens(mesh.settings).filter((token) => token !== 'udp'),
        ...EXACT.filter((value) => istioAtLeast(mesh.settings, appProtocolSince(value) ?? '1.6')),
      ];
      const named = port.name !== undefined && protocolOfText(mesh.settings, port.name) !== undefined;
      const meant = didYouMean(port.appProtocol, known);
      const server = serverFirstEvidence(mesh, service, port);
      const fix = meant
        ? `Did you mean appProtocol: ${meant}?`
        : server && `Write appProtocol: ${server.token}: the port seems to be ${server.name} (${server.evidence}).`;
      const data = {
        service: nameOf(service.resource),
        value: port.appProtocol,
        port: port.number ?? port.field.at('port').text() ?? '?',
        name: port.name ?? '',
        istio: istioName(mesh),
        result: mesh.protocol(port).protocol === 'TCP' ? 'taken for TCP by its number' : 'left to detection',
        known: known.join(', '),
      };
      report(port.appProtocolField, named ? 'nameIgnored' : 'unknown', data, {
        severity: severityForPort(mesh, service, 'warning'),
        codes: namingCodes(mesh, service, port),
        related: named ? [{ at: port.nameField, note: 'not read, because appProtocol is written' }] : [],
        ...(fix ? { fix } : {}),
      });
    }
  },
});
