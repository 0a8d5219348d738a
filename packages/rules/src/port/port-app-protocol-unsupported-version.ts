import {
  appProtocolReleases,
  defineRule,
  formatVersion,
  istioAtLeast,
  kubernetesAtLeast,
  nameOf,
  namingDefects,
} from '@meshvet/core';
import { namingCodes } from '../shared/codes/port-codes.ts';
import { severityForPort } from '../shared/severity/audience.ts';
import { istioName, releaseRange } from '../shared/words/port-words.ts';

export const portAppProtocolUnsupportedVersion = defineRule({
  meta: {
    id: 'port-app-protocol-unsupported-version',
    summary: 'The appProtocol of a Service port needs another Istio or Kubernetes than the configured one.',
    why: 'Istio reads appProtocol since 1.6 and Kubernetes keeps it since 1.19; an older one goes by the port name alone, and a value of another release is a word like any other.',
    fix: 'Name the port after its protocol and leave appProtocol out, or write a value that this release reads.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    codes: ['IST0118', 'KIA0601', 'KIA0602'],
    sources: ['istio/istio pkg/config/kube/conversion.go by tag', 'kubernetes: Service, application protocol'],
    messages: {
      value:
        '{service}: appProtocol "{value}" of port {port} is read by Istio {range}; {istio} does not know it, and does not read the port name beside it.',
      istio:
        '{service}: appProtocol "{value}" of port {port} is not read by {istio} (only since 1.6); it goes by the port name and takes the port for {protocol}.',
      kubernetes:
        '{service}: appProtocol "{value}" of port {port} is dropped by Kubernetes {kubernetes} (kept since 1.19); the port name decides, and the port is {protocol}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'kubernetes.io/ws is known since 1.24',
        settings: { istioVersion: '1.20' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: chat, namespace: shop }
          spec:
            selector: { app: chat }
            ports:
              - name: http-chat
                port: 80
                appProtocol: kubernetes.io/ws #~ value \`kubernetes.io/ws\`
        `,
      },
      {
        title: 'Istio 1.5 does not read the field',
        settings: { istioVersion: '1.5' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: chat, namespace: shop }
          spec:
            selector: { app: chat }
            ports:
              - name: chat
                port: 80
                appProtocol: http #~ istio \`http\`
        `,
      },
      {
        title: 'Kubernetes 1.16 does not have the field',
        settings: { istioVersion: '1.6', kubernetesVersion: '1.16' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: chat, namespace: shop }
          spec:
            selector: { app: chat }
            ports:
              - name: tcp-chat
                port: 80
                appProtocol: http #~ kubernetes \`http\`
        `,
      },
    ],
    good: [
      {
        title: 'the name says the same, so nothing is lost',
        settings: { istioVersion: '1.5' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: chat, namespace: shop }
          spec:
            selector: { app: chat }
            ports: [{ name: http-chat, port: 80, appProtocol: http }]
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    for (const { port, defect } of namingDefects(mesh, service)) {
      const releases = port.appProtocol === undefined ? undefined : appProtocolReleases(port.appProtocol);
      if (defect !== 'app-protocol-version' || !releases || port.appProtocol === undefined) continue;
      const { protocol } = mesh.protocol(port);
      const data = {
        service: nameOf(service.resource),
        value: port.appProtocol,
        port: port.number ?? port.field.at('port').text() ?? '?',
        range: releaseRange(releases),
        istio: istioName(mesh),
        kubernetes: formatVersion(mesh.settings.kubernetesVersion),
        protocol: protocol === 'auto' ? 'whatever detection finds' : protocol,
      };
      const message = !istioAtLeast(mesh.settings, '1.6')
        ? 'istio'
        : kubernetesAtLeast(mesh.settings, '1.19')
          ? 'value'
          : 'kubernetes';
      report(port.appProtocolField, message, data, {
        severity: severityForPort(mesh, service, 'warning'),
        codes: namingCodes(mesh, service, port),
      });
    }
  },
});
