import { testRule } from '@meshvet/core/testing';
import { schemaTelemetry } from './schema-telemetry.ts';

const telemetry = (spec: string) =>
  `apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: { name: a }\nspec: ${spec}\n`;
const tags = (tag: string) => telemetry(`{ metrics: [{ overrides: [{ tagOverrides: ${tag} }] }] }`);
const at = (istioVersion: string, yaml: string) => ({ settings: { istioVersion }, yaml });
const withMark = (yaml: string, mark: string) => yaml.replace(/\n$/, ` #~ ${mark}\n`);

testRule(schemaTelemetry, {
  bad: {
    'two entries': telemetry('\n  tracing:\n    - {}\n    - disableSpanReporting: true #~ doubted'),
    'a tag without name': withMark(tags('{ "": { value: a } }'), 'doubted'),
    'an empty value, which is none': withMark(tags('{ a: { value: "" } }'), 'refused'),
    'tags, before the schema minded': at(
      '1.20',
      withMark(tags('{ a: { operation: UPSERT }, b: { operation: REMOVE, value: c } }'), 'refused `a` #~ refused `c`'),
    ),
    'a custom metric, before the schema minded': at(
      '1.20',
      telemetry('{ metrics: [{ overrides: [{ match: { customMetric: "" } }] }] } #~ refused'),
    ),
    'custom tags, before the schema minded': at(
      '1.20',
      telemetry(
        '{ tracing: [{ customTags: { "": { literal: {} }, a: { header: { name: "" } } } }] } #~ refused `""` #~ refused `literal` #~ refused `header`',
      ),
    ),
    'a provider without name, before the schema minded': at(
      '1.20',
      telemetry('{ accessLogging: [{ providers: [{ name: "" }] }] } #~ refused'),
    ),
    'a provider without any, before the schema asked for one': at(
      '1.18',
      telemetry('{ metrics: [{ providers: [{ other: a }] }] } #~ refused'),
    ),
  },
  good: {
    'what the schema refuses': tags('{ a: { operation: UPSERT }, b: { operation: REMOVE, value: c } }'),
    'an expression that is filled in later': telemetry(
      '{ accessLogging: [{ filter: { expression: "${FILTER} and" } }] }',
    ),
    'a misspelt value is told by another rule': tags('{ a: { vale: b } }'),
  },
});
