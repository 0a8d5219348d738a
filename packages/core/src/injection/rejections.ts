import type { Workload } from '../cluster/workloads.ts';
import { type EmbeddedTexts, PROXY_CONFIG_KEY } from '../installation/embedded.ts';
import type { Installation } from '../installation/installation.ts';
import { istioAtLeast, type MeshSettings } from '../installation/settings.ts';
import { valueProblem } from '../proxy/annotation-values.ts';
import { ISTIO_ANNOTATION_TABLE } from '../proxy/istio-annotations.ts';
import { scrapePortProblem } from '../proxy/prometheus-annotations.ts';
import { proxyConfigProblems } from '../proxy/proxy-config.ts';
import { type Fact, TEMPLATES_KEY } from './injection.ts';
import { knownTemplates, knowsAllTemplates } from './injector-templates.ts';

/**
 * What makes the injector refuse a pod that it is asked to inject: a value that it checks and does not take. Source: `pkg/kube/inject/validate.go`
 * and `pkg/kube/inject/webhook.go`, by tag. Nothing that a later step may still change is among it.
 */
export function rejectionsOf(
  workload: Workload,
  settings: MeshSettings,
  installation: Installation,
  embedded: EmbeddedTexts,
): Fact[] {
  const { podAnnotations } = workload;
  const facts: Fact[] = [];
  for (const key of podAnnotations.keys()) {
    const known = ISTIO_ANNOTATION_TABLE.get(key);
    if (!known?.value || known.refusedSince === undefined || !istioAtLeast(settings, known.refusedSince)) continue;
    if (podAnnotations.mayChange(key)) continue;
    const field = podAnnotations.at(key);
    const text = field.string();
    const problem = text === undefined ? undefined : valueProblem(known.value, text);
    if (problem) facts.push({ text: `the injector refuses annotation ${key}: ${problem.reason}`, field });
  }
  const template = unknownTemplate(workload, settings, installation);
  if (template) facts.push(template);
  const refused = proxyConfigRefusal(workload, settings, embedded);
  if (refused) facts.push(refused);
  const scrape = istioAtLeast(settings, '1.31') ? scrapePortProblem(installation, workload) : undefined;
  if (scrape)
    facts.push({ text: `the injector refuses annotation prometheus.io/port: ${scrape.reason}`, field: scrape.field });
  return facts;
}

function unknownTemplate(
  { podAnnotations }: Workload,
  settings: MeshSettings,
  installation: Installation,
): Fact | undefined {
  const written = podAnnotations.get(TEMPLATES_KEY);
  if (written === undefined || !istioAtLeast(settings, '1.9') || podAnnotations.mayChange(TEMPLATES_KEY))
    return undefined;
  if (!knowsAllTemplates(settings, installation)) return undefined;
  const known = knownTemplates(settings, installation);
  const name = written
    .split(',')
    .map((one) => one.trim())
    .find((one) => !known.has(one));
  if (name === undefined) return undefined;
  return { text: `the injector has no template "${name}"`, field: podAnnotations.at(TEMPLATES_KEY) };
}

function proxyConfigRefusal(
  { podAnnotations }: Workload,
  settings: MeshSettings,
  embedded: EmbeddedTexts,
): Fact | undefined {
  if (!istioAtLeast(settings, '1.6') || podAnnotations.mayChange(PROXY_CONFIG_KEY)) return undefined;
  const field = podAnnotations.at(PROXY_CONFIG_KEY);
  const { value } = field;
  const text = typeof value === 'string' && !value.includes('{{') ? embedded.get(value) : undefined;
  const reason =
    text?.state === 'broken'
      ? text.reason
      : text?.state === 'read'
        ? proxyConfigProblems(text.value).find(({ kind }) => kind === 'refused')
        : undefined;
  if (reason === undefined) return undefined;
  const words = typeof reason === 'string' ? reason : [reason.path.join('.'), reason.reason].filter(Boolean).join(': ');
  return { text: `the injector refuses annotation ${PROXY_CONFIG_KEY}: ${words}`, field };
}
