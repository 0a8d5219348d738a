import { accountPath, defineRule, didYouMean, nameOf, serviceAccounts } from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';

export const workloadGroupAccountUnknown = defineRule({
  meta: {
    id: 'workload-group-account-unknown',
    summary: 'A WorkloadGroup names a service account that does not exist.',
    why: 'Machines of the group get their identity from a token of this account, which Kubernetes gives for accounts that exist only: they cannot join the mesh.',
    fix: 'Write the name of a ServiceAccount of the namespace of the group, or make one.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/WorkloadGroup'],
    codes: ['KIA1701'],
    since: '1.8',
    sources: [
      'istio.io/docs/setup/install/virtual-machine/',
      'istio/istio istioctl/pkg/workload/workload.go (createServiceAccountToken)',
      'kiali business/checkers/workloadgroups/service_accounts_checker.go',
    ],
    messages: {
      unknown: '{group}: namespace {namespace} has no service account "{written}", so its machines get no token.',
      meant:
        '{group}: namespace {namespace} has no service account "{written}", so its machines get no token; "{near}" is one.',
    },
  },
  examples: {
    bad: [
      {
        settings: { closedWorld: true },
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: WorkloadGroup
          metadata: { name: ledger, namespace: bank }
          spec:
            metadata: { labels: { app: ledger } }
            template:
              serviceAccount: legder #~ meant
          ---
          apiVersion: v1
          kind: ServiceAccount
          metadata: { name: ledger, namespace: bank }
        `,
      },
    ],
    good: [
      {
        settings: { closedWorld: true },
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: WorkloadGroup
          metadata: { name: ledger, namespace: bank }
          spec: { metadata: { labels: { app: ledger } }, template: { serviceAccount: ledger } }
          ---
          apiVersion: v1
          kind: ServiceAccount
          metadata: { name: ledger, namespace: bank }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.partial || !mesh.settings.closedWorld || mesh.externals.namespace(resource.namespace ?? '')) return;
    const field = resource.body.at('spec').at('template').at('serviceAccount');
    const written = field.string();
    const { namespace = '' } = resource;
    const { held } = serviceAccounts(mesh);
    if (!written || held.has(accountPath(namespace, written))) return;
    const prefix = accountPath(namespace, '');
    const near = didYouMean(
      written,
      [...held].flatMap((account) => (account.startsWith(prefix) ? [account.slice(prefix.length)] : [])),
    );
    const words = { group: nameOf(resource), namespace, written };
    if (near === undefined) report(field, 'unknown', words);
    else report(field, 'meant', { ...words, near }, { suggested: replaceString(field, near) });
  },
});
