import { testRule, yaml } from '@meshvet/core/testing';
import { istioRemovedResource } from './istio-removed-resource.ts';

const definition = (kind: string, { group = 'rbac.istio.io', version = 'v1' } = {}) => yaml`
  apiVersion: apiextensions.k8s.io/${version}
  kind: CustomResourceDefinition
  metadata: { name: some.${group} }
  spec:
    group: ${group}
    names: { plural: some, kind: ${kind}
`;

testRule(istioRemovedResource, {
  bad: {
    'an old version of the definition': definition('RbacConfig } #~ removed', { version: 'v1beta1' }),
    'gone since Istio 1.6': { yaml: definition('ClusterRbacConfig } #~ removed'), settings: { istioVersion: '1.6' } },
  },
  good: {
    'read until Istio 1.5': { yaml: definition('ClusterRbacConfig }'), settings: { istioVersion: '1.5' } },
    'a kind of that name of somebody else': definition('ServiceRole }', { group: 'rbac.example.com' }),
    'another kind of the group': definition('Anything }'),
  },
});
