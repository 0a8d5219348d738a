import { defineRule, istioAtLeast, nameOf, namingDefects, serverFirstEvidence } from '@meshvet/core';
import { namingCodes } from '../shared/codes/port-codes.ts';
import { severityForPort } from '../shared/severity/audience.ts';
import { istioName } from '../shared/words/port-words.ts';

export const portServerFirstUndeclared = defineRule({
  meta: {
    id: 'port-server-first-undeclared',
    summary: 'A Service port seems to carry a protocol in which the server speaks first, and does not declare it.',
    why: 'To detect the protocol the proxy waits for the first bytes of the client, and the client waits for those of the server.',
    fix: 'Name the port tcp-<suffix> (or mysql, mongo), or set appProtocol: tcp.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    since: '1.3',
    codes: ['IST0118', 'KIA0601'],
    sources: [
      'istio.io: Protocol Selection, server first protocols',
      'istio/istio pkg/config/kube/conversion.go (well-known ports)',
    ],
    messages: {
      hangs:
        '{service}: port {port} seems to be {name} ({evidence}), where the server speaks first; undeclared, its connections hang while {istio} waits for the client.',
      delayed:
        '{service}: port {port} seems to be {name} ({evidence}), where the server speaks first; undeclared, {istio} holds each connection up for {delay}.',
      listed:
        '{service}: port {port} seems to be {name} ({evidence}); only on Service port 27017 does {istio} take it for TCP without being told, here its protocol is left to detection.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the well-known ports are Service ports, and 13306 is none of them',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: db, namespace: shop }
          spec:
            selector: { app: db }
            ports:
              - port: 13306 #~ hangs \`13306\`
                targetPort: 3306
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: docs, namespace: shop }
          spec:
            selector: { app: docs }
            ports:
              - name: db #~ listed \`db\`
                port: 27018
                targetPort: 27017
        `,
      },
      {
        title: 'Istio 1.7 gives up after five seconds',
        settings: { istioVersion: '1.7' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: git, namespace: shop }
          spec:
            selector: { app: git }
            ports:
              - name: ssh #~ delayed \`ssh\`
                port: 22
        `,
      },
    ],
    good: [
      {
        title: 'declared, or on a well-known port',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: db, namespace: shop }
          spec:
            selector: { app: db }
            ports:
              - { name: tcp-mysql, port: 13306, targetPort: 3306 }
              - { name: db, port: 3306 }
              - { name: ssh, port: 22, appProtocol: tcp }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    for (const { port, defect } of namingDefects(mesh, service)) {
      const server = defect === 'server-first' ? serverFirstEvidence(mesh, service, port) : undefined;
      if (!server) continue;
      const data = {
        service: nameOf(service.resource),
        port: port.number ?? port.field.at('port').text() ?? '?',
        name: server.name,
        evidence: server.evidence,
        istio: istioName(mesh),
        // The timeout of detection: 100 ms, 5 s in 1.7, none since 1.8.
        delay: istioAtLeast(mesh.settings, '1.7') ? '5 seconds' : '100 milliseconds',
      };
      const hangs = istioAtLeast(mesh.settings, '1.8');
      report(
        port.name === undefined ? port.field.at('port') : port.nameField,
        server.listedOnly ? 'listed' : hangs ? 'hangs' : 'delayed',
        data,
        {
          severity: severityForPort(mesh, service, server.listedOnly ? 'info' : 'warning'),
          codes: namingCodes(mesh, service, port),
          fix: `Name the port ${server.token} or ${server.token}-<suffix>, or set appProtocol: ${server.token}.`,
        },
      );
    }
  },
});
