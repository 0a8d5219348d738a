import { testRule } from '@meshvet/core/testing';
import { schemaExportTo } from './schema-export-to.ts';

const resource = (kind: string, exportTo: string, more = '') =>
  `apiVersion: networking.istio.io/v1\nkind: ${kind}\nmetadata: { name: a, namespace: shop }\nspec:\n  ${kind === 'DestinationRule' ? 'host: a' : 'hosts: [a]'}\n  exportTo: ${exportTo}\n${more}`;

testRule(schemaExportTo, {
  bad: {
    'a namespace twice': resource('VirtualService', '[a, b, a] #~ refused'),
    'the own namespace under both names': resource('VirtualService', '[".", shop] #~ refused `shop`'),
    'a host in place of a namespace': resource('ServiceEntry', '["a.b"] #~ refused'),
    'nobody and somebody': resource('ServiceEntry', '["~", a] #~ refused `"~"`'),
    'nobody, for a kind that cannot hide': resource('VirtualService', '["~"] #~ refused'),
    'a rule for some pods that goes elsewhere': resource(
      'DestinationRule',
      '[other] #~ refused',
      '  workloadSelector: { matchLabels: { app: a } }\n',
    ),
    'a rule for some pods for everybody': resource(
      'DestinationRule',
      '["*"] #~ refused',
      '  workloadSelector: { matchLabels: { app: a } }\n',
    ),
  },
  good: {
    everybody: resource('VirtualService', '["*"]'),
    'nobody sees a ServiceEntry': resource('ServiceEntry', '["~"]'),
    'a rule for some pods of its own namespace': resource(
      'DestinationRule',
      '[shop]',
      '  workloadSelector: { matchLabels: { app: a } }\n',
    ),
    'a namespace that is filled in later': resource('DestinationRule', '["${NAMESPACE}"]'),
    'a resource whose namespace is not written':
      'apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: a }\nspec: { host: a, exportTo: [".", default] }\n',
  },
});
