import { testRule, yaml } from '@meshvet/core/testing';
import { sidecarResourceOutboundMode } from './sidecar-resource-outbound-mode.ts';

const sidecar = (spec: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Sidecar
  metadata: { name: s, namespace: shop }
  spec: { ${spec} } ${mark}
`;

testRule(sidecarResourceOutboundMode, {
  bad: { 'a key with nothing behind it': sidecar('outboundTrafficPolicy: { mode: }', '#~ mode') },
  good: {
    'no block at all': sidecar('egress: []'),
    'nothing in it': sidecar('outboundTrafficPolicy: '),
    'REGISTRY_ONLY is written, and Kiali cannot tell': sidecar('outboundTrafficPolicy: { mode: REGISTRY_ONLY }'),
    'before 1.3 there was no such block': {
      yaml: sidecar('outboundTrafficPolicy: {}'),
      settings: { istioVersion: '1.2' },
    },
  },
});
