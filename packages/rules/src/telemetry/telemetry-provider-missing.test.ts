import { testRule, yaml } from '@meshvet/core/testing';
import { telemetryProviderMissing } from './telemetry-provider-missing.ts';

const telemetry = (spec: string, mark = '', namespace = 'istio-system') => yaml`
  apiVersion: telemetry.istio.io/v1
  kind: Telemetry
  metadata: { name: t, namespace: ${namespace} }
  spec: { ${spec} } ${mark}
`;
const meshConfig = (text: string) => yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data: { mesh: "${text}" }
`;
const both = (...documents: string[]) => documents.join('---\n');
const closed = (text: string) => ({ yaml: text, settings: { closedWorld: true } });
const NONE = 'accessLogging: [{ filter: { expression: "true" } }]';
const EMPTY = meshConfig('accessLogFile: none');

testRule(telemetryProviderMissing, {
  bad: {
    'a filter without a provider, below an entry that has one': both(
      telemetry(
        'accessLogging: [{ providers: [{ name: envoy }] }, { filter: { expression: "response.code >= 400" } }]',
        '#~ filter',
      ),
      EMPTY,
    ),
    'one entry of several': both(
      telemetry('accessLogging: [{ match: { mode: CLIENT } }, { providers: [{ name: envoy }] }]', '#~ none'),
      EMPTY,
    ),
    'switched off for nobody': both(
      telemetry('accessLogging: [{ disabled: true }]', '#~ disabled', 'shop'),
      meshConfig('accessLogFile: /dev/stdout'),
    ),
    'switched off for callers alone, and for nobody': both(
      telemetry('accessLogging: [{ match: { mode: CLIENT }, disabled: true }]', '#~ disabled'),
      meshConfig('accessLogFile: /dev/stdout'),
    ),
    'in a whole world without a MeshConfig': closed(telemetry(NONE, '#~ none')),
    'a provider that MeshConfig does not have': both(
      telemetry('tracing: [{ providers: [{ name: zipkn }] }]', '#~ unknown `zipkn`'),
      meshConfig('extensionProviders: [{ name: zipkin, zipkin: { service: z, port: 9411 } }]'),
    ),
  },
  good: {
    'an entry takes the providers of the one above it, though istioctl says it has none': both(
      telemetry('accessLogging: [{ providers: [{ name: envoy }] }, { match: { mode: CLIENT } }]'),
      EMPTY,
    ),
    'switched off for the provider of the entry above': both(
      telemetry('accessLogging: [{ providers: [{ name: envoy }] }, { match: { mode: CLIENT }, disabled: true }]'),
      meshConfig('accessLogFile: /dev/stdout'),
    ),
    'switched off for the provider that the root namespace names': both(
      telemetry('accessLogging: [{ disabled: true }]', '', 'shop'),
      telemetry('accessLogging: [{ providers: [{ name: envoy }] }]'),
      meshConfig('accessLogFile: /dev/stdout'),
    ),
    'switched off where nothing is logged': both(
      telemetry('accessLogging: [{ disabled: true }]'),
      meshConfig("accessLogFile: ''"),
    ),
    'switched off for the default of the mesh': both(
      telemetry('accessLogging: [{ disabled: true }]'),
      meshConfig('{ accessLogFile: /dev/stdout, defaultProviders: { accessLogging: [envoy] } }'),
    ),
    'switched off, and MeshConfig was not read': telemetry('accessLogging: [{ disabled: true }]'),
    'MeshConfig was not read': telemetry(NONE),
    'an IstioOperator lays its values over a profile': both(
      telemetry('tracing: [{ providers: [{ name: otel }] }]'),
      yaml`
        apiVersion: install.istio.io/v1alpha1
        kind: IstioOperator
        metadata: { name: i, namespace: istio-system }
        spec: { profile: demo, meshConfig: { enableTracing: true } }
      `,
    ),
    'switched off': both(telemetry('accessLogging: [{ disabled: true }]'), meshConfig('enableTracing: true')),
    'a Telemetry of a namespace inherits the providers of the mesh, which istioctl does not see': closed(
      both(telemetry('accessLogging: [{ providers: [{ name: envoy }] }]'), telemetry(NONE, '', 'shop'), EMPTY),
    ),
    'what a namespace inherits may be elsewhere': both(telemetry(NONE, '', 'shop'), EMPTY),
    'the providers that Istio brings along': both(
      telemetry('metrics: [{ providers: [{ name: prometheus }] }], accessLogging: [{ providers: [{ name: envoy }] }]'),
      EMPTY,
    ),
    'before there were providers': { yaml: both(telemetry(NONE), EMPTY), settings: { istioVersion: '1.11' } },
  },
});
