import { defineRule, nameOf, namingDefects } from '@meshvet/core';
import { namingCodes } from '../shared/codes/port-codes.ts';
import { severityForPort } from '../shared/severity/audience.ts';
import { istioName } from '../shared/words/port-words.ts';

export const portNameUdpOnTcp = defineRule({
  meta: {
    id: 'port-name-udp-on-tcp',
    summary: 'A TCP port of a Service calls its protocol udp.',
    why: 'Istio believes the word and makes neither a listener nor a cluster for the port, so calls go out as to an unknown address: without mTLS and policy, or nowhere with REGISTRY_ONLY.',
    fix: 'Write protocol: UDP if the port is UDP, else name it tcp-<suffix>.',
    severity: 'error',
    about: 'istio',
    subject: 'service',
    since: '1.3',
    codes: ['KIA0601', 'KIA0602'],
    sources: ['istio/istio pkg/config/kube/conversion.go', 'istio/istio pilot/pkg/networking/core/listener.go'],
    messages: {
      named:
        '{service}: port {port} is TCP, but its name "{text}" says UDP, so {istio} sends nothing to it as this Service.',
      appProtocol:
        '{service}: port {port} is TCP, but appProtocol "{text}" says UDP, so {istio} sends nothing to it as this Service.',
    },
  },
  examples: {
    bad: [
      {
        title: 'protocol is TCP where none is written',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: syslog, namespace: shop }
          spec:
            selector: { app: syslog }
            ports:
              - name: udp-syslog #~ named \`udp-syslog\`
                port: 514
              - name: other
                port: 515
                appProtocol: udp #~ appProtocol \`udp\`
        `,
      },
    ],
    good: [
      {
        title: 'UDP by its protocol; a name that says udp at its end',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: syslog, namespace: shop }
          spec:
            selector: { app: syslog }
            ports:
              - { name: udp-syslog, port: 514, protocol: UDP }
              - { name: tcp-udp, port: 515 }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    for (const { port, defect } of namingDefects(mesh, service)) {
      if (defect !== 'udp-on-tcp') continue;
      const byApp = mesh.protocol(port).source === 'appProtocol';
      const at = byApp ? port.appProtocolField : port.nameField;
      const text = (byApp ? port.appProtocol : port.name) ?? '';
      const data = {
        service: nameOf(service.resource),
        port: port.number ?? port.field.at('port').text() ?? '?',
        text,
        istio: istioName(mesh),
      };
      report(at, byApp ? 'appProtocol' : 'named', data, {
        severity: severityForPort(mesh, service, 'error'),
        codes: namingCodes(mesh, service, port),
        related: port.field.at('protocol').hasValue
          ? [{ at: port.field.at('protocol'), note: 'the protocol that Kubernetes uses' }]
          : [],
      });
    }
  },
});
