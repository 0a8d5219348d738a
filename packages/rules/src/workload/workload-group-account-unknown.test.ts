import { testRule, yaml } from '@meshvet/core/testing';
import { workloadGroupAccountUnknown } from './workload-group-account-unknown.ts';

const group = (account: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: WorkloadGroup
  metadata: { name: ledger, namespace: bank }
  spec:
    metadata: { labels: { app: ledger } }
    template: { ${account} } ${mark}
`;
const account = (name: string, space: string) => yaml`
  apiVersion: v1
  kind: ServiceAccount
  metadata: { name: ${name}, namespace: ${space} }
`;
const closed = (...documents: string[]) => ({ yaml: documents.join('---\n'), settings: { closedWorld: true } });

testRule(workloadGroupAccountUnknown, {
  bad: {
    'an account of another namespace': closed(group('serviceAccount: ledger', '#~ unknown'), account('ledger', 'shop')),
  },
  good: {
    'it may stand elsewhere': group('serviceAccount: ledger'),
    'default is in every namespace': closed(group('serviceAccount: default')),
    'none is default': closed(group('ports: { http: 80 }')),
    'filled in later': closed(group('serviceAccount: "${ACCOUNT}"')),
  },
});
