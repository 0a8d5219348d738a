import { testRule } from '@meshvet/core/testing';
import { schemaWasmPlugin } from './schema-wasm-plugin.ts';

const plugin = (spec: string) =>
  `apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: { name: a }\nspec: ${spec}\n`;
const script = (length: number, mark = '') =>
  `apiVersion: extensions.istio.io/v1alpha1\nkind: TrafficExtension\nmetadata: { name: a }\nspec: { lua: { inlineCode: ${'ä'.repeat(length)} } }${mark}\n`;
const settings = { istioVersion: '1.18' };
const faulty =
  '{ pluginName: b, vmConfig: { env: [{ name: a }, { name: a }, { value: b }, { name: c, valueFrom: HOST, value: d }] } }';

testRule(schemaWasmPlugin, {
  bad: {
    'no url, and variables': { settings, yaml: plugin(`${faulty} #~ refused #~ refused #~ refused #~ refused`) },
    'long names': {
      settings,
      yaml: plugin(
        `{ url: a/b, imagePullSecret: ${'a'.repeat(254)}, vmConfig: { env: [{ name: ${'a'.repeat(257)} }] } } #~ refused #~ refused`,
      ),
    },
    'a script of more bytes than characters': script(33_000, ' #~ refused `inlineCode`'),
  },
  good: {
    'what the schema refuses': plugin(faulty),
    'an image with the port of its registry': {
      settings,
      yaml: plugin('{ url: "registry.example.com:5000/a", sha256: "" }'),
    },
    'a script that is just small enough': script(32_768),
  },
});
