import { testRule, yaml } from '@meshvet/core/testing';
import { routeExportToUnknown } from './route-export-to-unknown.ts';

const resource = (kind: string, exportTo: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: ${kind}
  metadata: { name: cart, namespace: shop }
  spec:
    hosts: [cart.example.com]
    exportTo: [${exportTo}] ${mark}
`;
const closed = (text: string) => ({ yaml: text, settings: { closedWorld: true } });

testRule(routeExportToUnknown, {
  bad: {
    'a VirtualService': closed(resource('VirtualService', 'nowhere', '#~ unknown')),
    'a ServiceEntry, beside a namespace that is there': closed(resource('ServiceEntry', '".", nowhere', '#~ unknown')),
  },
  good: {
    'the namespace may be in another repository': resource('VirtualService', 'nowhere'),
    'nobody, everybody, itself': closed(
      `${resource('ServiceEntry', '"~"')}---\n${resource('VirtualService', '"*"')}---\n${resource('DestinationRule', 'shop')}`,
    ),
    'a namespace of which only pods were read': closed(
      `${resource('VirtualService', 'office')}---\napiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: office }\nspec: { containers: [{ name: a, image: a }] }\n`,
    ),
    'what is no name at all, which schema-export-to tells': closed(resource('VirtualService', '"No_Where"')),
  },
});
