import {
  defineRule,
  type Field,
  isEmptyList,
  lacks,
  type Mesh,
  mappings,
  type Resource,
  SERVICE_ENTRY,
  specOf,
  WORKLOAD_ENTRY,
  WORKLOAD_GROUP,
} from '@meshvet/core';
import { crdSays, DOUBTED, quote, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';
import { workloadEntryFaults } from '../shared/refusals/workload-entries.ts';

export const schemaWorkloadEntry = defineRule({
  meta: {
    id: 'schema-workload-entry',
    summary: 'A WorkloadEntry, WorkloadGroup or endpoint cannot be reached, or cannot be probed.',
    why: 'The validating webhook of istiod refuses an endpoint without an address that fits, and a probe that asks for nothing.',
    fix: 'Write an IP address, a domain name or a Unix socket, and one way to probe.',
    severity: 'error',
    subject: 'resource',
    types: [
      'networking.istio.io/ServiceEntry',
      'networking.istio.io/WorkloadEntry',
      'networking.istio.io/WorkloadGroup',
    ],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateWorkloadEntry, ValidateWorkloadGroup, ValidateServiceEntry)',
      'istio.io: WorkloadEntry and WorkloadGroup reference',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
      doubted: '{resource}: {what}.',
    },
    perMessage: { doubted: DOUBTED },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: WorkloadEntry
          metadata: { name: machine, namespace: shop }
          spec:
            address: 10.0.0.300 #~ refused \`10.0.0.300\`
          ---
          apiVersion: networking.istio.io/v1
          kind: WorkloadGroup
          metadata: { name: machines, namespace: shop }
          spec:
            template: { serviceAccount: machine }
            probe: { periodSeconds: 5 } #~ refused \`probe\`
        `,
      },
      {
        title: 'a name where addresses are written down',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: api, namespace: shop }
          spec:
            hosts: [api.example.com]
            ports: [{ number: 80, name: http, protocol: HTTP }]
            resolution: STATIC
            endpoints:
              - address: api.example.org #~ refused
              - network: other #~ doubted
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: WorkloadEntry
          metadata: { name: machine, namespace: shop }
          spec: { address: machine.example.com, ports: { http: 80 } }
          ---
          apiVersion: networking.istio.io/v1
          kind: WorkloadGroup
          metadata: { name: machines, namespace: shop }
          spec:
            template: { serviceAccount: machine }
            probe: { httpGet: { port: 80, httpHeaders: [{ name: x-probe, value: "1" }] } }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, [...entries(subject, mesh), ...groups(subject, mesh)]);
  },
});

function* entries(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const entry = specOf(resource, WORKLOAD_ENTRY);
  if (entry) yield* workloadEntryFaults(entry, mesh, undefined);
  const spec = specOf(resource, SERVICE_ENTRY);
  const resolution = spec?.at('resolution').string();
  if (!spec || !(resolution === 'STATIC' || resolution?.startsWith('DNS'))) return;
  for (const endpoint of mappings(spec.at('endpoints')))
    yield* workloadEntryFaults(endpoint, mesh, resolution === 'STATIC' ? 'addresses' : 'names');
}

const WAYS = ['httpGet', 'tcpSocket', 'exec', 'grpc'];

function* groups(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, WORKLOAD_GROUP);
  if (!spec) return;
  if (lacks(spec, 'template') && !crdSays(mesh, '1.20')) yield { at: spec, what: 'it has no template', onKey: true };
  const probe = spec.at('probe');
  if (lacks(probe, ...WAYS))
    yield { at: probe, what: 'a probe has none of httpGet, tcpSocket, exec and grpc', onKey: true };
  const scheme = probe.at('httpGet').at('scheme');
  const text = scheme.string();
  if (text && text !== 'HTTP' && text !== 'HTTPS' && !crdSays(mesh, '1.24'))
    yield { at: scheme, what: `scheme ${quote(text)} is neither HTTP nor HTTPS` };
  for (const header of mappings(probe.at('httpGet').at('httpHeaders'))) yield* headerFault(header.at('name'), mesh);
  const command = probe.at('exec').at('command');
  if (isEmptyList(command) || (lacks(probe.at('exec'), 'command') && !crdSays(mesh, '1.24')))
    yield { at: command, what: 'exec has no command', onKey: true };
}

function* headerFault(name: Field, mesh: Mesh): Generator<Refusal> {
  const text = name.string();
  // Names with an underscore the schema takes, and nothing else that Istio refuses.
  if (text === undefined || /^[-A-Za-z0-9]+$/.test(text) || (crdSays(mesh, '1.24') && !/^[-_A-Za-z0-9]+$/.test(text)))
    return;
  yield {
    at: name,
    what:
      text === ''
        ? 'a header has no name'
        : `header ${quote(text)} has more in its name than letters, digits and hyphens`,
  };
}
