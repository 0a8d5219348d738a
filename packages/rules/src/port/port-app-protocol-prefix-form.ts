import { defineRule, type Field, nameOf, tokenOf } from '@meshvet/core';
import { severityForPort } from '../shared/audience.ts';
import { namingCodes, namingDefects } from '../shared/port-naming.ts';

export const portAppProtocolPrefixForm = defineRule({
  meta: {
    id: 'port-app-protocol-prefix-form',
    summary: 'The appProtocol of a Service port has a suffix, as a port name may.',
    why: 'istiod reads it up to its first "-", but appProtocol is meant as one whole word: istioctl validate and Kiali refuse it, and other readers of the field do not know it.',
    fix: 'Leave the suffix out; the port name is the place for it.',
    severity: 'info',
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
          edits: dropSuffix(port.appProtocolField, port.appProtocol, token),
        },
      );
    }
  },
});

// Only where the value is written as it is, quoted or not: an anchor may serve other places too.
function dropSuffix(
  field: Field,
  value: string,
  token: string,
): readonly { readonly start: number; readonly end: number; readonly text: string }[] {
  const span = field.fullSpan();
  if (!span) return [];
  const written = field.document.source.text.slice(span.start, span.end);
  const quote =
    written === `"${value}"` || written === `'${value}'` ? (written[0] as string) : written === value ? '' : undefined;
  const line = field.document.source.text.slice(
    field.document.source.text.lastIndexOf('\n', span.start) + 1,
    span.start,
  );
  if (quote === undefined || line.includes('&')) return [];
  return [{ ...span, text: `${quote}${token}${quote}` }];
}
