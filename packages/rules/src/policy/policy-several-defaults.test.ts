import { testRule, yaml } from '@meshvet/core/testing';
import { policySeveralDefaults } from './policy-several-defaults.ts';

const policy = (kind: string, name: string, spec = '', namespace = 'shop', mark = '') => yaml`
  apiVersion: ${kind === 'Sidecar' ? 'networking.istio.io/v1' : kind === 'Telemetry' ? 'telemetry.istio.io/v1' : 'security.istio.io/v1'}
  kind: ${kind}
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { ${spec} } ${mark}
`;
const both = (kind: string, one = '', other = '') => `${policy(kind, 'one', one)}---\n${policy(kind, 'two', other)}`;
const marked = (kind: string, one = '', other = '') =>
  `${policy(kind, 'one', one, 'shop', '#~ several')}---\n${policy(kind, 'two', other, 'shop', '#~ several')}`;

testRule(policySeveralDefaults, {
  bad: {
    'two Telemetries': marked('Telemetry', 'metrics: [{ providers: [{ name: prometheus }] }]'),
    'an empty selector is none, though istioctl looks for the key alone': marked('Telemetry', 'selector: {}'),
    'two PeerAuthentications': marked('PeerAuthentication', 'mtls: { mode: STRICT }', 'mtls: { mode: PERMISSIVE }'),
    'in a closed world two folders are one namespace': {
      files: {
        'a/one.yaml': policy('Sidecar', 'one', '', 'shop', '#~ several'),
        'b/two.yaml': policy('Sidecar', 'two', '', 'shop', '#~ several'),
      },
      settings: { closedWorld: true },
    },
  },
  good: {
    'one in each namespace': `${policy('Sidecar', 'one')}---\n${policy('Sidecar', 'two', '', 'other')}`,
    'one is attached to a Service, which istioctl does not see': both(
      'Telemetry',
      '',
      'targetRefs: [{ kind: Service, group: "", name: cart }]',
    ),
    'AuthorizationPolicies add up': both('AuthorizationPolicy'),
    'variants of one object': {
      files: { 'a/one.yaml': policy('Sidecar', 'one'), 'b/one.yaml': policy('Sidecar', 'one') },
      settings: { closedWorld: true },
    },
    'steps of a tutorial lie side by side': {
      files: {
        'lab/one.yaml': policy('PeerAuthentication', 'permissive'),
        'lab/two.yaml': policy('PeerAuthentication', 'strict'),
      },
    },
    'an ambient namespace reads no Sidecar at all': `${both('Sidecar')}---\n${yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
    `}`,
  },
});
