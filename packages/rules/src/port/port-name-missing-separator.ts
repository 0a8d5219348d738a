import { defineRule, isSettled, istioAtLeast, nameOf, namingDefects, separatorSplit } from '@meshvet/core';
import { namingCodes } from '../shared/codes/port-codes.ts';
import { replaceString } from '../shared/edits/scalar-edit.ts';
import { severityForPort } from '../shared/severity/audience.ts';
import { istioName } from '../shared/words/port-words.ts';

export const portNameMissingSeparator = defineRule({
  meta: {
    id: 'port-name-missing-separator',
    summary: 'The name of a Service port begins with a protocol, but no "-" comes after it.',
    why: 'Istio reads the name up to its first "-", so http2foo is one word that it does not know, and the protocol is left to detection (before 1.3 the port is plain TCP).',
    fix: 'Put a "-" after the protocol, as in http2-foo, and follow the new name where the port is referred to by name.',
    severity: 'warning',
    profiles: { 'istio-1.0': 'error' },
    about: 'istio',
    subject: 'service',
    codes: ['IST0118', 'KIA0601'],
    sources: ['istio/istio pkg/config/kube/conversion.go', 'istio.io: Protocol Selection'],
    messages: {
      joined:
        '{service}: port name "{name}" is one word to Istio, which does not know it, so the protocol is left to detection; "{split}" would be {token}.',
      joinedTcp:
        '{service}: port name "{name}" is one word to {istio}, which takes the port for plain TCP; "{split}" would be {token}.',
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
              - name: http2foo #~ joined \`http2foo\`
                port: 80
              - name: grpcweb #~ joined \`grpcweb\`
                port: 8081
        `,
      },
      {
        title: 'before Istio 1.3 such a port is TCP',
        settings: { profile: 'istio-1.0' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - name: httpweb #~ joinedTcp \`httpweb\`
                port: 80
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: http2-foo, port: 80 }
              - { name: grpc-web, port: 8081 }
              - { name: https-443, port: 443 }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    for (const { port, defect } of namingDefects(mesh, service)) {
      const read =
        defect === 'missing-separator' && port.name !== undefined ? separatorSplit(mesh, port.name) : undefined;
      if (!read || port.name === undefined) continue;
      const own = mesh.settings.profile === 'istio-1.0' ? 'error' : 'warning';
      report(
        port.nameField,
        istioAtLeast(mesh.settings, '1.3') ? 'joined' : 'joinedTcp',
        {
          service: nameOf(service.resource),
          name: port.name,
          split: read.split,
          token: read.token,
          istio: istioName(mesh),
        },
        {
          severity: severityForPort(mesh, service, own),
          codes: namingCodes(mesh, service, port),
          // The new name has to be followed wherever the port is referred to by name, in files that nobody may have shown.
          suggested: isSettled(service.resource) ? replaceString(port.nameField, read.split) : [],
          fix: `Name the port ${read.split} if it speaks ${read.token}, and follow the new name where the port is referred to by name.`,
        },
      );
    }
  },
});
