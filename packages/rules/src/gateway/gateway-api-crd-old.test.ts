import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiCrdOld } from './gateway-api-crd-old.ts';

const crd = (plural: string, version: string, mark = '') => yaml`
  apiVersion: apiextensions.k8s.io/v1
  kind: CustomResourceDefinition
  metadata:
    name: ${plural}.gateway.networking.k8s.io
    annotations: { gateway.networking.k8s.io/bundle-version: ${version} } ${mark}
  spec: { group: gateway.networking.k8s.io }
`;
const on = (istioVersion: string, text: string) => ({ yaml: text, settings: { istioVersion } });

testRule(gatewayApiCrdOld, {
  bad: {
    TLSRoute: on('1.30', crd('tlsroutes', 'v1.4.1', '#~ old')),
    TCPRoute: on('1.31', crd('tcproutes', 'v1.5.0', '#~ old')),
    BackendTLSPolicy: on('1.29', crd('backendtlspolicies', 'v1.3.0', '#~ old')),
    'a pre-release, without the v': crd('grpcroutes', '1.0.0-rc2', '#~ old'),
  },
  good: {
    'an Istio that reads the older TLSRoute': on('1.29', crd('tlsroutes', 'v1.4.1')),
    'an Istio that reads the older TCPRoute': on('1.30', crd('tcproutes', 'v1.5.0')),
    'an Istio that reads the older BackendTLSPolicy': on('1.28', crd('backendtlspolicies', 'v1.3.0')),
    'a pre-release of the one that is asked for': crd('grpcroutes', 'v1.1.0-rc1'),
    'a build between releases': crd('grpcroutes', 'v0.0.0-dev'),
    'another kind': crd('httproutes', 'v0.5.0'),
    'no version': crd('grpcroutes', 'main'),
    'filled in later': crd('grpcroutes', '"${VERSION}"'),
  },
});
