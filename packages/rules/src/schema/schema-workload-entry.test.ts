import { testRule } from '@meshvet/core/testing';
import { schemaWorkloadEntry } from './schema-workload-entry.ts';

const resource = (kind: string, spec: string) =>
  `apiVersion: networking.istio.io/v1\nkind: ${kind}\nmetadata: { name: a }\nspec: ${spec}\n`;
const group = (probe: string, mark = '') => resource('WorkloadGroup', `{ template: {}, probe: { ${probe} } }${mark}`);
const old = (istioVersion: string, yaml: string) => ({ settings: { istioVersion }, yaml });

testRule(schemaWorkloadEntry, {
  bad: {
    'an address that is empty': resource('WorkloadEntry', '{ address: "" } #~ refused'),
    'no address, before the schema minded': old('1.22', resource('WorkloadEntry', '{ weight: 1 } #~ refused')),
    'a folder and ports of a socket, before the schema minded': old(
      '1.22',
      resource(
        'WorkloadEntry',
        '{ address: "unix:///a/", ports: { a: 1 } } #~ refused `"unix:///a/"` #~ refused `ports`',
      ),
    ),
    'a name of a port, before the schema minded': old(
      '1.22',
      resource('WorkloadEntry', '{ address: 1.1.1.1, ports: { a_b: 1 } } #~ refused `a_b`'),
    ),
    'an endpoint that is no name': resource(
      'ServiceEntry',
      '{ hosts: [a.b], resolution: DNS, endpoints: [{ address: a_b }] } #~ refused',
    ),
    'a group without template, before the schema minded': old(
      '1.18',
      resource('WorkloadGroup', '\n  metadata: {} #~ refused')
        .replace('spec: \n', 'spec: #~ refused\n')
        .replace('{} #~ refused', '{}'),
    ),
    'a header with an underscore': group('httpGet: { port: 80, httpHeaders: [{ name: a_b }] }', ' #~ refused'),
    'a header without name and another scheme, before the schema minded': old(
      '1.23',
      group('httpGet: { port: 80, scheme: ftp, httpHeaders: [{ name: "" }] }', ' #~ refused #~ refused'),
    ),
    'no command': group('exec: { command: [] }', ' #~ refused `command`'),
    'no command at all, before the schema minded': old('1.23', group('exec: {}', ' #~ refused')),
  },
  good: {
    'no address, which the schema refuses': resource('WorkloadEntry', '{ weight: 1 }'),
    'what the schema refuses of sockets and ports': resource(
      'WorkloadEntry',
      '{ address: "unix:///a/", ports: { a_b: 1 } }',
    ),
    'what the schema refuses of probes': group('httpGet: { port: 80, scheme: ftp, httpHeaders: [{ name: "" }] }'),
    'a template says nothing of addresses': resource('WorkloadGroup', '{ template: { address: a_b } }'),
    'endpoints that resolution NONE does not look at': resource(
      'ServiceEntry',
      '{ hosts: [a.b], endpoints: [{ address: a_b }] }',
    ),
    'an address that is filled in later': resource('WorkloadEntry', '{ address: "${ADDRESS}" }'),
    'a misspelt way to probe is told by another rule': group('httpget: { port: 80 }'),
  },
});
