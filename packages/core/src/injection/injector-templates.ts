import type { Installation } from '../installation/installation.ts';
import { istioAtLeast, type MeshSettings } from '../installation/settings.ts';
import type { IstioMinor } from '../proxy/istio-annotations.ts';

// Name -> first release. Source: istio/istio `manifests/charts/istio-control/istio-discovery/templates/istiod-injector-configmap.yaml`, by tag.
const BUILT_IN: ReadonlyMap<string, IstioMinor> = new Map<string, IstioMinor>([
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
export function knownTemplates(settings: MeshSettings, installation: Installation): ReadonlySet<string> {
  const own = [...BUILT_IN].filter(([, since]) => istioAtLeast(settings, since)).map(([name]) => name);
  return new Set([...own, ...installation.templates.value]);
}

/** Whether there are no others: the configuration of the injector was read, or the input is all there is. */
export function knowsAllTemplates(settings: MeshSettings, { templates }: Installation): boolean {
  return templates.certain && (templates.from !== 'default' || settings.closedWorld);
}

/** The release that brought a template of Istio's own. */
export function templateSince(name: string): IstioMinor | undefined {
  return BUILT_IN.get(name);
}
