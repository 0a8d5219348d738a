import { defineRule, isSettled, nameOf, namingDefects, tokenOf } from '@meshvet/core';
import { namingCodes } from '../shared/codes/port-codes.ts';
import { replaceString } from '../shared/edits/scalar-edit.ts';
import { severityForPort } from '../shared/severity/audience.ts';

export const portAppProtocolPrefixForm = defineRule({
  meta: {
    id: 'port-app-protocol-prefix-form',
    summary: 'The appProtocol of a Service port has a suffix, as a port name may.',
    why: 'istiod reads it up to its first "-", but appProtocol is meant as one whole word: istioctl validate and Kiali refuse it, and other readers of the field do not know it.',
    fix: 'Leave the suffix out; the port name is the place for it.',
    severity: 'info',
    about: 'istio',
    subject: 'service',
    since: '1.6',
    codes: ['KIA0602'],
    sources: [
      'istio/istio pkg/config/kube/conversion.go',
      'kubernetes: Service, application protocol',
      'kiali/kiali business/checkers/services/port_mapping_checker.go',
    ],
    messages: {
      suffix: '{service}: appProtocol "{value}" is {token} to istiod, but no protocol to other tools; write "{token}".',
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
              - name: api
                port: 80
                appProtocol: http-api #~ suffix \`http-api\`
        `,
      },
    ],
    good: [
      {
        title: 'grpc-web is a whole word',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: http-api, port: 80, appProtocol: http }
              - { name: web, port: 81, appProtocol: grpc-web }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    for (const { port, defect } of namingDefects(mesh, service)) {
      if (defect !== 'app-protocol-prefix-form' || port.appProtocol === undefined) continue;
      const token = tokenOf(port.appProtocol);
      report(
        port.appProtocolField,
        'suffix',
        { service: nameOf(service.resource), value: port.appProtocol, token },
        {
          severity: severityForPort(mesh, service, 'info'),
          codes: namingCodes(mesh, service, port),
          edits: isSettled(service.resource) ? replaceString(port.appProtocolField, token) : [],
        },
      );
    }
  },
});
