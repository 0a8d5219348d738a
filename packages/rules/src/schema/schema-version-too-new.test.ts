import { testRule } from '@meshvet/core/testing';
import { schemaVersionTooNew } from './schema-version-too-new.ts';

const extension = `apiVersion: extensions.istio.io/v1alpha1
kind: TrafficExtension
metadata: { name: lua }
spec: { lua: { inlineCode: x } }
`;
const authorization = (version: string) => `apiVersion: security.istio.io/${version}
kind: AuthorizationPolicy
metadata: { name: none }
spec: {}
`;

testRule(schemaVersionTooNew, {
  bad: {
    'a kind of 1.30 in 1.29': {
      yaml: extension.replace('TrafficExtension', 'TrafficExtension #~ kind `TrafficExtension`'),
      settings: { istioVersion: '1.29' },
    },
    'a version between two known releases that have it not': {
      yaml: authorization('v1 #~ version `security.istio.io/v1`'),
      settings: { istioVersion: '1.12' },
    },
  },
  good: {
    'a kind of 1.30 in 1.30': { yaml: extension, settings: { istioVersion: '1.30' } },
    'a version between a release that has it not and one that has it': {
      yaml: authorization('v1'),
      settings: { istioVersion: '1.16' },
    },
    'a version that no known release has': { yaml: authorization('v2'), settings: { istioVersion: '1.30' } },
    'a release before the first that is known': { yaml: extension, settings: { istioVersion: '1.9' } },
  },
});
