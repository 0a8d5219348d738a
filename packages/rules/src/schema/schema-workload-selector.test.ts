import { testRule } from '@meshvet/core/testing';
import { schemaWorkloadSelector } from './schema-workload-selector.ts';

const resource = (kind: string, spec: string) =>
  `apiVersion: ${['Sidecar', 'EnvoyFilter', 'ServiceEntry', 'DestinationRule'].includes(kind) ? 'networking' : kind === 'Telemetry' ? 'telemetry' : 'security'}.istio.io/v1\nkind: ${kind}\nmetadata: { name: a }\nspec: ${spec}\n`;

testRule(schemaWorkloadSelector, {
  bad: {
    'an empty key': resource('EnvoyFilter', '{ workloadSelector: { labels: { "": a } } } #~ refused'),
    'a selector of a ServiceEntry without labels': resource(
      'ServiceEntry',
      '{ hosts: [a], workloadSelector: { labels: {} } } #~ doubted',
    ),
    'a wildcard in a value, before the schema minded': {
      settings: { istioVersion: '1.23' },
      yaml: resource(
        'Sidecar',
        '{ workloadSelector: { labels: { a: b* } }, egress: [{ hosts: ["./*"] }] } #~ refused `b*`',
      ),
    },
    'wildcards in a policy, before the schema minded': {
      settings: { istioVersion: '1.22' },
      yaml: resource(
        'PeerAuthentication',
        '{ selector: { matchLabels: { a*: "*" } } } #~ refused `a*` #~ refused `"*"`',
      ),
    },
    'two targets, before the schema minded': {
      settings: { istioVersion: '1.23' },
      yaml: resource(
        'Telemetry',
        '{ selector: { matchLabels: { a: b } }, targetRef: { kind: Service, name: a } } #~ refused `targetRef`',
      ),
    },
    'a target without name in another namespace, before the schema minded': {
      settings: { istioVersion: '1.22' },
      yaml: resource(
        'AuthorizationPolicy',
        '{ targetRefs: [{ kind: Service, namespace: b }] } #~ refused `b` #~ refused `kind`',
      ),
    },
    'a Gateway without its group': resource(
      'RequestAuthentication',
      '{ targetRef: { kind: Gateway, name: a } } #~ refused `Gateway`',
    ),
    'ports without workloads, before the schema minded': {
      settings: { istioVersion: '1.22' },
      yaml: resource(
        'PeerAuthentication',
        '{ portLevelMtls: {} } #~ refused `portLevelMtls` #~ refused `portLevelMtls`',
      ),
    },
    'a DestinationRule for no pods in particular': resource(
      'DestinationRule',
      '{ host: a, workloadSelector: {} } #~ doubted',
    ),
  },
  good: {
    'misspelt labels select somebody': resource('AuthorizationPolicy', '{ selector: { matchLabel: { a: b } } }'),
    'a misspelt selector selects somebody': {
      settings: { istioVersion: '1.22' },
      yaml: resource(
        'PeerAuthentication',
        '{ selectors: { matchLabels: { a: b } }, portLevelMtls: { 80: { mode: STRICT } } }',
      ),
    },
    'wildcards that the schema refuses': resource('PeerAuthentication', '{ selector: { matchLabels: { a*: "*" } } }'),
    'values that the schema refuses': resource(
      'Sidecar',
      '{ workloadSelector: { labels: { a: b* } }, egress: [{ hosts: ["./*"] }] }',
    ),
    'kinds that the schema refuses': {
      settings: { istioVersion: '1.24' },
      yaml: resource('RequestAuthentication', '{ targetRef: { kind: Gateway, name: a } }'),
    },
    'two targets, which the schema refuses': resource(
      'Telemetry',
      '{ selector: { matchLabels: { a: b } }, targetRef: { kind: Service, name: a } }',
    ),
    'a name that no kind can have, which the schema refuses': resource(
      'RequestAuthentication',
      '{ targetRef: { kind: "?", name: a } }',
    ),
    'a Service of the core group': resource(
      'AuthorizationPolicy',
      '{ targetRef: { group: core, kind: Service, name: a }, targetRefs: [] }',
    ),
    'a group that is filled in later': resource(
      'AuthorizationPolicy',
      '{ targetRef: { group: "${GROUP}", kind: Thing, name: a } }',
    ),
    'a selector that is filled in later': resource('AuthorizationPolicy', '{ selector: { matchLabels: "${LABELS}" } }'),
  },
});
