import type { Mesh } from '@meshvet/core';
import { distance } from './inject-key-typo.ts';

type Minor = `1.${number}`;

// Name -> first release. Source: istio/istio `manifests/charts/istio-control/istio-discovery/templates/istiod-injector-configmap.yaml`, by tag.
const BUILT_IN: ReadonlyMap<string, Minor> = new Map<string, Minor>([
  ['sidecar', '1.9'],
  ['gateway', '1.10'],
  ['grpc-simple', '1.11'],
  ['grpc-agent', '1.11'],
  ['waypoint', '1.18'],
  ['kube-gateway', '1.18'],
  ['agentgateway', '1.29'],
  ['agentgateway-waypoint', '1.31'],
]);

/** The templates that the injector surely has: Istio's own of the release, and those that the config or a manifest names. */
export function knownTemplates(mesh: Mesh): ReadonlySet<string> {
  return mesh.derive(templatesOf);
}

function templatesOf(mesh: Mesh): ReadonlySet<string> {
  const own = [...BUILT_IN].filter(([, since]) => mesh.istioAtLeast(since)).map(([name]) => name);
  return new Set([...own, ...mesh.installation.templates.value]);
}

/** Whether there are no others. */
export function knowsAllTemplates(mesh: Mesh): boolean {
  const { from, certain } = mesh.installation.templates;
  return certain && (from !== 'default' || mesh.settings.closedWorld);
}

/** The release that brought a template of Istio's own. */
export function templateSince(name: string): Minor | undefined {
  return BUILT_IN.get(name);
}

/** The known template that a name is a slip of: in case, or by a letter or two. */
export function meantTemplate(mesh: Mesh, name: string): string | undefined {
  const word = name.toLowerCase();
  return [...knownTemplates(mesh)].find((known) => distance(word, known) <= (known.length < 8 ? 1 : 2));
}
