import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { portServiceEntryConflict } from './port-service-entry-conflict.ts';

const entry = (
  name: string,
  port: string,
  more = '',
  host = 'api.example.com',
  namespace = 'shop',
) => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  hosts: [${host}]
${more}  ports:
    - ${port}
`;
const HTTP = '{ number: 80, name: http, protocol: HTTP }';
const TCP = '{ number: 80, name: tcp, protocol: TCP }';
const MARK = ' #~ conflict';

testRule(portServiceEntryConflict, {
  bad: {
    'a protocol that is not written is found out, which differs': `${entry('a', HTTP + MARK)}---\n${entry('b', `{ number: 80, name: web }${MARK}`)}`,
    'hosts do not differ in their capitals': `${entry('a', HTTP + MARK)}---\n${entry('b', TCP + MARK, '', 'API.example.com')}`,
    'one of several hosts': `${entry('a', HTTP + MARK, '', 'api.example.com, a.example.com')}---\n${entry('b', TCP + MARK, '', 'api.example.com, b.example.com')}`,
    'two namespaces of one mesh': {
      files: {
        'one/a.yaml': entry('a', HTTP + MARK),
        'two/b.yaml': entry('b', TCP + MARK, '', 'api.example.com', 'other'),
      },
      settings: { closedWorld: true },
    },
    'one is shown to the namespace of the other': `${entry('a', HTTP + MARK, '  exportTo: [.]\n')}---\n${entry('b', TCP + MARK, '  exportTo: [shop]\n', 'api.example.com', 'other')}`,
  },
  good: {
    'other hosts': `${entry('a', HTTP)}---\n${entry('b', TCP, '', 'b.example.com')}`,
    'a wildcard is another host': `${entry('a', HTTP)}---\n${entry('b', TCP, '', '"*.example.com"')}`,
    'other ports': `${entry('a', HTTP)}---\n${entry('b', '{ number: 81, name: tcp, protocol: TCP }')}`,
    'no namespace sees both': `${entry('a', HTTP, '  exportTo: [.]\n')}---\n${entry('b', TCP, '  exportTo: [.]\n', 'api.example.com', 'other')}`,
    'one is shown to nobody': `${entry('a', HTTP, '  exportTo: ["~"]\n')}---\n${entry('b', TCP)}`,
    'MeshConfig keeps them apart': {
      yaml: `${entry('a', HTTP)}---\n${entry('b', TCP, '', 'api.example.com', 'other')}---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "defaultServiceExportTo: ['.']" }
`,
      settings: { closedWorld: true },
    },
    'variants of one object': { files: { 'a/e.yaml': entry('a', HTTP), 'b/e.yaml': entry('a', TCP) } },
    'two steps of a tutorial, in unrelated folders': {
      files: {
        'a/one/e.yaml': entry('a', HTTP).replace(', namespace: shop', ''),
        'b/two/e.yaml': entry('b', TCP).replace(', namespace: shop', ''),
      },
    },
    'a later step fills it in': `${entry('a', HTTP)}---\n${entry('b', '{ number: 80, name: a, protocol: "$(PROTOCOL)" }')}`,
    'input of the wrong shape is left alone': `${entry('a', HTTP)}---\n${entry('b', '5', '  exportTo: text\n', '5, [a], ~')}`,
  },
});

test('istioctl names each ServiceEntry once, and compares hosts as they are written', async () => {
  const codes = async (text: string) =>
    (await findingsOf(portServiceEntryConflict, { 'e.yaml': text })).map((f) => f.codes.join());
  const two = '{ number: 80, name: a, protocol: HTTP }\n    - { number: 81, name: b, protocol: HTTP }';
  const other = two.replaceAll('HTTP', 'TCP');
  expect(await codes(`${entry('a', two)}---\n${entry('b', other)}`)).toEqual([
    'IST0177,KIA1212',
    'KIA1212',
    'IST0177,KIA1212',
    'KIA1212',
  ]);
  expect(await codes(`${entry('a', HTTP)}---\n${entry('b', TCP, '', 'API.example.com')}`)).toEqual([
    'KIA1212',
    'KIA1212',
  ]);
});
