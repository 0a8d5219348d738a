import { defineRule, istioAtLeast, nameOf, nameTokens, namingDefects } from '@meshvet/core';
import { namingCodes } from '../shared/codes/port-codes.ts';
import { severityForPort } from '../shared/severity/audience.ts';
import { namingAdvice } from '../shared/words/naming-advice.ts';
import { istioName } from '../shared/words/port-words.ts';

export const portNameProtocolPrefix = defineRule({
  meta: {
    id: 'port-name-protocol-prefix',
    summary: 'The name of a Service port does not begin with a protocol, and appProtocol is not set.',
    why: 'Istio reads the name up to its first "-"; a word it does not know leaves the protocol to detection (before 1.3 the port is plain TCP).',
    fix: 'Begin the name with the protocol, <protocol>[-<suffix>] such as http-web, or set appProtocol; follow a new name where it is used.',
    severity: 'info',
    strict: 'warning',
    profiles: { 'istio-1.0': 'error' },
    about: 'istio',
    subject: 'service',
    codes: ['IST0118', 'KIA0601'],
    sources: ['istio/istio pkg/config/kube/conversion.go', 'istio.io: Protocol Selection'],
    messages: {
      unknownWord:
        '{service}: port {port} is named "{name}", and "{word}" is no protocol: it is left to detection. Known are {known}.',
      unknownWordTcp:
        '{service}: port {port} is named "{name}", and "{word}" is no protocol: {istio} takes it for plain TCP. Known are {known}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the name tells what the port is for, not what it speaks',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - name: web #~ unknownWord \`web\`
                port: 80
              - name: admin-http #~ unknownWord \`admin-http\`
                port: 8081
        `,
      },
      {
        title: 'before Istio 1.3 an unknown word is TCP',
        settings: { profile: 'istio-1.0' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - name: web #~ unknownWordTcp \`web\`
                port: 80
        `,
      },
    ],
    good: [
      {
        title: 'the protocol comes first, or appProtocol tells it',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: http-web, port: 80 }
              - { name: admin, port: 8081, appProtocol: http }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    for (const { port, defect } of namingDefects(mesh, service)) {
      if (defect !== 'unknown' || port.name === undefined) continue;
      const sniffed = istioAtLeast(mesh.settings, '1.3');
      const own = mesh.settings.profile === 'istio-1.0' ? 'error' : sniffed ? 'info' : 'warning';
      const advice = namingAdvice(mesh, service, port);
      report(
        port.nameField,
        sniffed ? 'unknownWord' : 'unknownWordTcp',
        {
          service: nameOf(service.resource),
          port: port.number ?? port.field.at('port').text() ?? '?',
          name: port.name,
          word: port.name.split('-')[0] as string,
          known: nameTokens(mesh).join(', '),
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
