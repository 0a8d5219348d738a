import {
  defineRule,
  isControlPlane,
  isManagedGateway,
  isPatchedAt,
  isSystemNamespace,
  istioAtLeast,
  type Mesh,
  NAMESPACE_MESH_LABELS,
  nameOf,
  type Service,
  type ServicePort,
} from '@meshvet/core';
import { namingCodes } from '../shared/codes/port-codes.ts';
import { istioName } from '../shared/words/port-words.ts';

export const portExternalNameTcp = defineRule({
  meta: {
    id: 'port-external-name-tcp',
    summary: 'A port of an ExternalName Service has no protocol, or is named just tcp.',
    why: 'Before Istio 1.21 each such port is a listener for its number on every address, which takes all TCP traffic of that number; since 1.21 the Service is an alias and older proxies alone read its ports.',
    fix: 'Name the port after its protocol, such as http, https or tcp-<suffix>, or leave the ports out.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    codes: ['IST0150', 'KIA0601', 'KIA0602'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/service/portname.go',
      'istio/istio pilot/pkg/features (ENABLE_EXTERNAL_NAME_ALIAS)',
    ],
    messages: {
      swallows:
        '{service} is an ExternalName, and {what} of port {port} makes {istio} take all TCP traffic to that number for {target}.',
      alias:
        '{service} is an ExternalName, an alias to {istio}; {what} of port {port} matters to proxies before 1.21, which take all TCP traffic to that number for {target}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'no name, a name that is no protocol, and the plain name tcp',
        settings: { istioVersion: '1.20' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: billing, namespace: shop }
          spec:
            type: ExternalName
            externalName: billing.example.com
            ports:
              - port: 8443 #~ swallows \`8443\`
              - name: billing #~ swallows \`billing\`
                port: 8444
              - name: tcp #~ swallows \`tcp\`
                port: 8445
        `,
      },
      {
        title: 'since 1.21 it is an alias',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: billing, namespace: shop }
          spec:
            type: ExternalName
            externalName: billing.example.com
            ports:
              - name: tcp #~ alias \`tcp\`
                port: 443
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: billing, namespace: shop }
          spec:
            type: ExternalName
            externalName: billing.example.com
            ports:
              - { name: https, port: 443 }
              - { name: tcp-billing, port: 8443 }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    const { resource } = service;
    if (service.type !== 'ExternalName' || isPatchedAt(resource, 'spec', 'ports')) return;
    if (isSystemNamespace(resource.namespace) || isControlPlane(resource.labels) || isManagedGateway(resource.labels))
      return;
    const alias = istioAtLeast(mesh.settings, '1.21');
    for (const port of service.ports) {
      const fault = faultOf(mesh, port);
      if (!fault) continue;
      const data = {
        service: nameOf(resource),
        what:
          fault === 'tcp'
            ? 'the plain name "tcp"'
            : port.appProtocol !== undefined
              ? `appProtocol "${port.appProtocol}"`
              : port.name === undefined
                ? 'the missing name'
                : `the name "${port.name}"`,
        port: port.number ?? port.field.at('port').text() ?? '?',
        istio: istioName(mesh),
        target: resource.body.at('spec').at('externalName').text() || 'the external name',
      };
      const at =
        port.appProtocol !== undefined && fault === 'auto'
          ? port.appProtocolField
          : port.name === undefined
            ? port.field.at('port')
            : port.nameField;
      report(at, alias ? 'alias' : 'swallows', data, {
        severity: !alias && isMeshNamespace(mesh, service) ? 'warning' : 'info',
        codes: fault === 'tcp' ? ['IST0150'] : namingCodes(mesh, service, port),
      });
    }
  },
});

// A port whose appProtocol says http is no TCP, whatever its name; istioctl does not look at it then.
function faultOf(mesh: Mesh, port: ServicePort): 'auto' | 'tcp' | undefined {
  if (port.unreadable || port.protocol !== 'TCP') return undefined;
  const { source, class: treated } = mesh.protocol(port);
  if (source === 'none') return 'auto';
  return port.name === 'tcp' && treated === 'tcp' ? 'tcp' : undefined;
}

// It has no pods to ask; what its namespace says is all there is.
function isMeshNamespace(mesh: Mesh, service: Service): boolean {
  const { namespace, namespaceWritten } = service.resource;
  const known = namespaceWritten && namespace !== undefined ? mesh.namespace(namespace) : undefined;
  return (
    known?.state === 'found' &&
    known.value.every((n) =>
      NAMESPACE_MESH_LABELS.some((key) => !['disabled', 'none', undefined].includes(n.resource.labels.get(key))),
    )
  );
}
