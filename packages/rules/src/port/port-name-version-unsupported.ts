import { defineRule, istioAtLeast, nameOf, namingDefects, tokenOf, tokenReleases } from '@meshvet/core';
import { namingCodes } from '../shared/codes/port-codes.ts';
import { severityForPort } from '../shared/severity/audience.ts';
import { istioName, releaseRange } from '../shared/words/port-words.ts';

export const portNameVersionUnsupported = defineRule({
  meta: {
    id: 'port-name-version-unsupported',
    summary: 'The name of a Service port begins with a protocol that only other releases of Istio know.',
    why: 'To the configured Istio it is a word like any other, so the protocol is left to detection (before 1.3 the port is plain TCP).',
    fix: 'Name the port tcp-<suffix>, or after a protocol that this Istio knows.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    codes: ['IST0118', 'KIA0601'],
    sources: ['istio/istio pkg/config/protocol/instance.go by tag'],
    messages: {
      otherRelease:
        '{service}: port name "{name}" begins with "{word}", which Istio knows {range}; {istio} leaves the protocol to detection.',
      otherReleaseTcp:
        '{service}: port name "{name}" begins with "{word}", which Istio knows {range}; {istio} takes the port for plain TCP.',
      plainGrpc:
        '{service}: port name "{name}" is plain gRPC to {istio}, which stops at the first "-"; grpc-web is known since 1.1.',
    },
  },
  examples: {
    bad: [
      {
        title: 'thrift was known from 1.6 to 1.13',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: ledger, namespace: shop }
          spec:
            selector: { app: ledger }
            ports:
              - name: thrift-rpc #~ otherRelease \`thrift-rpc\`
                port: 9090
        `,
      },
      {
        title: 'mysql and grpc-web came with 1.1',
        settings: { profile: 'istio-1.0' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: ledger, namespace: shop }
          spec:
            selector: { app: ledger }
            ports:
              - name: mysql #~ otherReleaseTcp \`mysql\`
                port: 3306
              - name: grpc-web #~ plainGrpc \`grpc-web\`
                port: 8080
        `,
      },
    ],
    good: [
      {
        title: 'thrift with an Istio that knows it',
        settings: { istioVersion: '1.13' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: ledger, namespace: shop }
          spec:
            selector: { app: ledger }
            ports: [{ name: thrift-rpc, port: 9090 }]
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    for (const { port, defect } of namingDefects(mesh, service)) {
      if (defect !== 'version-unsupported' || port.name === undefined) continue;
      const word = tokenOf(port.name);
      const releases = tokenReleases(word);
      if (!releases) continue;
      const sniffed = istioAtLeast(mesh.settings, '1.3');
      const data = {
        service: nameOf(service.resource),
        name: port.name,
        word,
        range: releaseRange(releases),
        istio: istioName(mesh),
      };
      report(port.nameField, word === 'grpc-web' ? 'plainGrpc' : sniffed ? 'otherRelease' : 'otherReleaseTcp', data, {
        // What it is taken for is what a database needs anyway.
        severity: severityForPort(mesh, service, word === 'mysql' && !sniffed ? 'info' : 'warning'),
        codes: namingCodes(mesh, service, port),
      });
    }
  },
});
