import { defineRule, istioAtLeast, nameOf, namingDefects } from '@meshvet/core';
import { namingCodes } from '../shared/codes/port-codes.ts';
import { severityForPort } from '../shared/severity/audience.ts';
import { namingAdvice } from '../shared/words/naming-advice.ts';
import { istioName } from '../shared/words/port-words.ts';

export const portNameMissing = defineRule({
  meta: {
    id: 'port-name-missing',
    summary: 'A Service port has neither a name nor an appProtocol.',
    why: 'Istio does not know the protocol: it waits for the first bytes of the client and guesses HTTP or TCP (before 1.3 it takes the port for TCP).',
    fix: 'Name the port after its protocol, <protocol>[-<suffix>] such as http-web or tcp-db, or set appProtocol.',
    severity: 'info',
    strict: 'warning',
    profiles: { 'istio-1.0': 'error' },
    about: 'istio',
    subject: 'service',
    codes: ['IST0118', 'KIA0601'],
    sources: ['istio/istio pkg/config/kube/conversion.go', 'istio.io: Protocol Selection'],
    messages: {
      unnamed: '{service}: port {port} has no name and no appProtocol, so its protocol is left to detection.',
      unnamedTcp:
        '{service}: port {port} has no name, so {istio} takes it for plain TCP: no HTTP route or policy applies to it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the protocol of port 80 is guessed',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - port: 80 #~ unnamed \`80\`
                targetPort: 8080
        `,
      },
      {
        title: 'before Istio 1.3 an unnamed port is TCP, and no route applies to it',
        settings: { profile: 'istio-1.0' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - port: 80 #~ unnamedTcp \`80\`
        `,
      },
    ],
    good: [
      {
        title: 'a name that begins with the protocol, and an appProtocol',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: http-web, port: 80 }
              - { name: api, port: 9000, appProtocol: grpc }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    for (const { port, defect } of namingDefects(mesh, service)) {
      if (defect !== 'missing') continue;
      const sniffed = istioAtLeast(mesh.settings, '1.3');
      const own = mesh.settings.profile === 'istio-1.0' ? 'error' : sniffed ? 'info' : 'warning';
      const advice = namingAdvice(mesh, service, port);
      report(
        port.field.at('port'),
        sniffed ? 'unnamed' : 'unnamedTcp',
        {
          service: nameOf(service.resource),
          port: port.number ?? port.field.at('port').text() ?? '?',
          istio: istioName(mesh),
        },
        {
          severity: severityForPort(mesh, service, own),
          codes: namingCodes(mesh, service, port),
          ...(advice ? { fix: advice } : {}),
        },
      );
    }
  },
});
