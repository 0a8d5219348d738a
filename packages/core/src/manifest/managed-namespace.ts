import type { Field } from '../source/field.ts';
import { Labels } from './labels.ts';
import type { Resource } from './resource.ts';

const APPLICATION = 'argoproj.io/Application';

/**
 * The Namespace that an Application of Argo CD makes, with the labels and annotations that it gives it: `managedNamespaceMetadata` beside
 * the sync option `CreateNamespace=true`. Undefined for other resources, and where the name is filled in later. Source: Argo CD, Sync
 * Options (Namespace metadata), since 2.6.
 */
export function managedNamespaceOf(application: Resource): Resource | undefined {
  if (application.type !== APPLICATION || application.partial) return undefined;
  const spec = application.body.at('spec');
  const policy = spec.at('syncPolicy');
  const metadata = policy.at('managedNamespaceMetadata');
  const name = spec.at('destination').at('namespace').string();
  const options = (policy.at('syncOptions').items() as Field[]).map((option) => option.string());
  if (!name || !metadata.isMapping || !options.includes('CreateNamespace=true')) return undefined;
  return {
    ...{ apiVersion: 'v1', group: '', version: 'v1', kind: 'Namespace', type: 'Namespace', name },
    ...{ namespace: undefined, namespaceWritten: false, body: metadata, document: application.document },
    labels: new Labels(metadata.at('labels'), application.rewrites?.labels),
    annotations: new Labels(metadata.at('annotations'), application.rewrites?.annotations),
    ...{ partial: false, rewrites: application.rewrites, roots: application.roots },
  };
}
