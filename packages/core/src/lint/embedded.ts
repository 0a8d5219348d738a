import { type EmbeddedText, type EmbeddedTexts, embeddedTextsOf, isFilledLater } from '../installation/embedded.ts';
import { type HelmValues, isIstioValues } from '../installation/installation-sources.ts';
import type { Resource } from '../manifest/resource.ts';
import { Field } from '../source/field.ts';
import { readSingle } from '../source/read-single.ts';
import { SourceFile } from '../source/source-file.ts';
import type { ReadFile } from './collect.ts';

/** Reads the texts inside some resources that are YAML themselves. */
export async function readEmbedded(resources: readonly Resource[]): Promise<EmbeddedTexts> {
  const read = new Map<string, EmbeddedText>();
  for (const text of embeddedTextsOf(resources)) read.set(text, await readText(text));
  return read;
}

async function readText(text: string): Promise<EmbeddedText> {
  const { document, problems } = await readSingle(new SourceFile('', text));
  if (isFilledLater(text)) return document ? { state: 'later', value: document.value } : { state: 'later' };
  if (document) return { state: 'read', value: document.value };
  const [problem] = problems;
  if (!problem) return { state: 'read', value: null };
  return { state: 'broken', reason: problem.kind === 'syntax' ? problem.data.reason : 'it is too large' };
}

/** The values files of Istio's charts among the files that hold no Kubernetes object. */
export async function readHelmValues(files: readonly ReadFile[]): Promise<HelmValues[]> {
  const found: HelmValues[] = [];
  for (const { source, documents } of files) {
    if (documents.length > 0 || !VALUES_FILE.test(source.path) || !ISTIO_KEY.test(source.text)) continue;
    const { document } = await readSingle(source);
    if (document && isIstioValues(document.value))
      found.push({ path: source.path, body: new Field(document, document.value) });
  }
  return found;
}

const VALUES_FILE = /values[^/]*\.ya?ml$/i;
const ISTIO_KEY = /^(?:sidecarInjectorWebhook|istio_cni|pilot|meshConfig)[ \t]*:/m;
