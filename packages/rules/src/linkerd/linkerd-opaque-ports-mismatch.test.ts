import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { linkerdOpaquePortsMismatch } from './linkerd-opaque-ports-mismatch.ts';

const namespace = (annotations = 'linkerd.io/inject: enabled') =>
  `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, annotations: { ${annotations} } }\n---\n`;
const service = (port: string, annotations = '', spec = '') => `apiVersion: v1
kind: Service
metadata:
  name: bus
  namespace: shop
  annotations: { ${annotations} }
spec:
  ${spec}
  selector: { app: bus }
  ports:
    - name: one
      ${port.split('\n').join('\n      ')}
---
`;
const pods = (annotations: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: bus, namespace: shop }
spec:
  selector: { matchLabels: { app: bus } }
  template:
    metadata: { labels: { app: bus }, annotations: { ${annotations} } }
    spec: { containers: [{ name: bus, image: bus, ports: [{ name: nats, containerPort: 4222 }] }] }
`;
const opaque = (ports: string) => `config.linkerd.io/opaque-ports: "${ports}"`;

testRule(linkerdOpaquePortsMismatch, {
  bad: {
    'a name of the pods, a range, another port of the Service':
      namespace() + service('port: 80 #~ service\ntargetPort: 4222') + pods(opaque('nats,5000-6000')),
    'only the Service knows': namespace() + service('port: 4222 #~ pods', opaque('4222')) + pods(''),
    'the pods alone ask for Linkerd':
      namespace('a: b') + service('port: 4222 #~ service') + pods(`linkerd.io/inject: enabled, ${opaque('4222')}`),
    'lists are read since 2.10': {
      yaml: namespace() + service('port: 4222 #~ service') + pods(opaque('4222')),
      settings: { linkerdVersion: '2.10' },
    },
    'Elasticsearch is in the default list since 2.11': {
      yaml: namespace() + service('port: 9300 #~ service') + pods(opaque('9300')),
      settings: { linkerdVersion: '2.10' },
    },
    'appProtocol is not read before 2.18': {
      yaml: namespace() + service('port: 4222 #~ service\nappProtocol: linkerd.io/opaque') + pods(opaque('4222')),
      settings: { linkerdVersion: '2.17' },
    },
  },
  good: {
    'both know, each by its own number':
      namespace() + service('port: 80\ntargetPort: 4222', opaque('80')) + pods(opaque('4222')),
    'the list of the pods repeats the default': namespace() + service('port: 9300') + pods(opaque('9300,4222')),
    'appProtocol decides since 2.18':
      namespace() + service('port: 4222\nappProtocol: linkerd.io/opaque') + pods(opaque('4222')),
    'callers of a headless Service find the pods themselves':
      namespace() + service('port: 4222', '', 'clusterIP: None') + pods(opaque('4222')),
    'nothing says that Linkerd is there': namespace('a: b') + service('port: 4222') + pods(opaque('4222')),
    'a name that is not known': namespace() + service('port: 4222') + pods(opaque('bus')),
    'the port is not opened by the Service': namespace() + service('port: 80') + pods(opaque('4222')),
    'before 2.10 there are no lists': {
      yaml: namespace() + service('port: 4222') + pods(opaque('4222')),
      settings: { linkerdVersion: '2.9' },
    },
  },
});

test('the list is copied where the numbers are the same', async () => {
  const edits = async (port: string) => {
    const file = namespace() + service(port) + pods(opaque('4222'));
    return (await findingsOf(linkerdOpaquePortsMismatch, { 'a.yaml': file }))[0]?.fix;
  };
  expect(JSON.stringify(await edits('port: 4222'))).toContain('opaque-ports');
  expect(JSON.stringify((await edits('port: 80\ntargetPort: 4222')) ?? '')).not.toContain('"text"');
});
