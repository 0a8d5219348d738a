import { defineRule, isSettled, nameOf, namingDefects, protocolOfText } from '@meshvet/core';
import { namingCodes } from '../shared/codes/port-codes.ts';
import { deleteEntry } from '../shared/edits/mapping-edit.ts';
import { severityForPort } from '../shared/severity/audience.ts';
import { istioName } from '../shared/words/port-words.ts';

export const portAppProtocolEmpty = defineRule({
  meta: {
    id: 'port-app-protocol-empty',
    summary: 'The appProtocol of a Service port is the empty text.',
    why: 'Istio takes an empty appProtocol for a written one: it does not read the port name, and the protocol is left to detection.',
    fix: 'Remove appProtocol, or write the protocol there.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    since: '1.6',
    codes: ['IST0118', 'KIA0602'],
    sources: ['istio/istio pkg/config/kube/conversion.go'],
    messages: {
      hidesName:
        '{service}: the empty appProtocol of port {port} hides its name "{name}" from {istio}; remove it, and the port is {token}.',
      empty: '{service}: the empty appProtocol of port {port} tells {istio} nothing, and keeps it from reading a name.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - name: http-api
                port: 80
                appProtocol: "" #~ hidesName \`""\`
              - name: admin
                port: 81
                appProtocol: "" #~ empty \`""\`
        `,
      },
    ],
    good: [
      {
        title: 'nothing behind the key is no value, and the name is read',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - name: http-api
                port: 80
                appProtocol:
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    for (const { port, defect } of namingDefects(mesh, service)) {
      if (defect !== 'app-protocol-empty') continue;
      const protocol = port.name === undefined ? undefined : protocolOfText(mesh.settings, port.name);
      const data = {
        service: nameOf(service.resource),
        port: port.number ?? port.field.at('port').text() ?? '?',
        name: port.name ?? '',
        istio: istioName(mesh),
        token: protocol ?? '',
      };
      report(port.appProtocolField, protocol === undefined ? 'empty' : 'hidesName', data, {
        severity: severityForPort(mesh, service, 'warning'),
        codes: namingCodes(mesh, service, port),
        edits: isSettled(service.resource) ? deleteEntry(port.appProtocolField) : [],
      });
    }
  },
});
