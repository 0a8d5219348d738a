import {
  defineRule,
  type Field,
  isUnset,
  lacksText,
  mappings,
  parseWebhookUrl,
  type Resource,
  specOf,
  TRAFFIC_EXTENSION,
  WASM_PLUGIN,
} from '@meshvet/core';
import { crdSays, quote, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaWasmPlugin = defineRule({
  meta: {
    id: 'schema-wasm-plugin',
    summary: 'A WasmPlugin or TrafficExtension does not say what to load in a way that Istio takes.',
    why: 'The validating webhook of istiod refuses the resource, and no proxy loads the extension.',
    fix: 'Write a URL with oci, https, http or file, the checksum as 64 small hexadecimal digits, and each variable once.',
    severity: 'error',
    subject: 'resource',
    types: ['extensions.istio.io/TrafficExtension', 'extensions.istio.io/WasmPlugin'],
    codes: ['IST0106'],
    since: '1.12',
    sources: [
      'istio/istio pkg/config/validation/validation.go (ValidateWasmPlugin, ValidateTrafficExtension)',
      'istio.io: WasmPlugin reference',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'before Istio 1.20, when the schema did not mind',
        settings: { istioVersion: '1.18' },
        yaml: `
          apiVersion: extensions.istio.io/v1alpha1
          kind: WasmPlugin
          metadata: { name: auth, namespace: shop }
          spec:
            url: s3://plugins/auth.wasm #~ refused
            sha256: ABC #~ refused
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: extensions.istio.io/v1alpha1
          kind: WasmPlugin
          metadata: { name: auth, namespace: shop }
          spec:
            url: oci://registry.example.com/auth:1.0
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    // The schema says all of this itself since 1.20.
    const plugin = crdSays(mesh, '1.20') ? undefined : specOf(subject, WASM_PLUGIN);
    if (plugin) tellRefusals(report, subject, pluginFaults(plugin));
    tellRefusals(report, subject, scriptFaults(subject));
  },
});

const SCHEMES: ReadonlySet<string> = new Set(['', 'file', 'http', 'https', 'oci']);

function* pluginFaults(spec: Field): Generator<Refusal> {
  const url = spec.at('url');
  const text = url.string();
  if (lacksText(spec, 'url')) yield { at: url.exists ? url : spec, what: 'it has no url', onKey: true };
  else if (text && !SCHEMES.has(schemeOf(text)))
    yield { at: url, what: `url ${quote(text)} has none of the schemes oci, https, http and file` };
  const sum = spec.at('sha256');
  const written = sum.string();
  if (written && !/^[a-f0-9]{64}$/.test(written))
    yield { at: sum, what: `sha256 ${quote(written)} is not 64 digits of 0-9 and a-f` };
  for (const [key, most] of [
    ['imagePullSecret', 253],
    ['pluginName', 256],
  ] as const)
    if ((spec.at(key).string()?.length ?? 0) > most)
      yield { at: spec.at(key), what: `${key} is longer than ${most} characters` };
  const seen = new Set<string>();
  for (const variable of mappings(spec.at('vmConfig').at('env'))) yield* variableFaults(variable, seen);
}

function schemeOf(text: string): string {
  const url = parseWebhookUrl(text);
  // "example.com:5000/a" is read as the name of an image, with a port and no scheme.
  return url === undefined || !text.includes('://') ? '' : url.scheme;
}

function* variableFaults(variable: Field, seen: Set<string>): Generator<Refusal> {
  const name = variable.at('name').string();
  if (lacksText(variable, 'name')) yield { at: variable, what: 'a variable of vmConfig.env has no name', onKey: true };
  else if (name !== undefined && name.length > 256)
    yield { at: variable.at('name'), what: 'the name of a variable is longer than 256 characters' };
  else if (name !== undefined && seen.has(name))
    yield { at: variable.at('name'), what: `variable ${quote(name)} stands twice` };
  if (name) seen.add(name);
  if (variable.at('valueFrom').value === 'HOST' && !isUnset(variable.at('value')))
    yield {
      at: variable.at('value'),
      what: 'a variable with valueFrom HOST has its value from the host, and none of its own',
    };
}

const LARGEST_SCRIPT = 65_536;

// The schema counts characters, and Istio bytes.
function* scriptFaults(resource: Resource): Generator<Refusal> {
  const code = specOf(resource, TRAFFIC_EXTENSION)?.at('lua').at('inlineCode');
  const text = code?.string();
  if (!code || text === undefined || text.length > LARGEST_SCRIPT || text.length * 3 <= LARGEST_SCRIPT) return;
  let bytes = 0;
  for (const character of text) {
    const number = character.codePointAt(0) as number;
    bytes += number < 0x80 ? 1 : number < 0x800 ? 2 : number < 0x10000 ? 3 : 4;
  }
  if (bytes > LARGEST_SCRIPT)
    yield { at: code, what: `inlineCode is larger than ${LARGEST_SCRIPT} bytes`, onKey: true };
}
