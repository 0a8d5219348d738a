import { atLeast, defineRule, type Mesh, parseVersion } from '@meshvet/core';

export const gatewayApiCrdOld = defineRule({
  meta: {
    id: 'gateway-api-crd-old',
    summary: 'A definition of the Gateway API is older than Istio can read.',
    why: 'istiod does not watch the kind at all, so that all routes of it are as if they were not there.',
    fix: 'Install the definitions of a newer release of the Gateway API.',
    severity: 'warning',
    subject: 'resource',
    types: ['apiextensions.k8s.io/CustomResourceDefinition'],
    codes: ['IST0176'],
    since: '1.23',
    sources: [
      'istio/istio pkg/kube/kclient/crdwatcher.go: minimumCRDVersions',
      'istio/istio pkg/config/gatewayapi: MinimumCRDVersions',
      'istio/istio pkg/config/analysis/analyzers/k8sgateway/crdversion.go',
    ],
    messages: {
      old: '{crd} is of release {installed} of the Gateway API; Istio {istio} reads it from {minimum} on, and ignores it before.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: apiextensions.k8s.io/v1
          kind: CustomResourceDefinition
          metadata:
            name: grpcroutes.gateway.networking.k8s.io
            annotations:
              gateway.networking.k8s.io/bundle-version: v1.0.0 #~ old \`v1.0.0\`
          spec: { group: gateway.networking.k8s.io, names: { kind: GRPCRoute, plural: grpcroutes } }
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: apiextensions.k8s.io/v1
          kind: CustomResourceDefinition
          metadata:
            name: grpcroutes.gateway.networking.k8s.io
            annotations:
              gateway.networking.k8s.io/bundle-version: v1.1.0
          spec: { group: gateway.networking.k8s.io, names: { kind: GRPCRoute, plural: grpcroutes } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.type !== 'apiextensions.k8s.io/CustomResourceDefinition') return;
    const suffix = '.gateway.networking.k8s.io';
    if (!resource.name.endsWith(suffix) || resource.annotations.mayChange(KEY)) return;
    const need = MINIMUM[resource.name.slice(0, -suffix.length)];
    const written = resource.annotations.get(KEY);
    if (!need || written === undefined || !mesh.istioAtLeast(need.since) || mesh.derive(isForOthers)) return;
    // What is built between releases bears the number that a release puts in later.
    if (/^v?0\.0\.0/.test(written)) return;
    // Whatever comes after the third number is of a pre-release, and counts as the release.
    const installed = /^v?(\d{1,4}\.\d{1,4})(?:\.\d{1,6})?(?:[-+].*)?$/.exec(written)?.[1];
    const [version, minimum] = [installed, need.minimum].map((text) => (text ? parseVersion(text) : undefined));
    if (!version || !minimum || atLeast(version, need.minimum)) return;
    const { istioVersion } = mesh.settings;
    report(resource.annotations.at(KEY), 'old', {
      crd: resource.name,
      installed: written,
      istio: istioVersion.join('.'),
      minimum: `v${need.minimum}.0`,
    });
  },
});

// The definitions are for whoever reads Gateways: where all that were read name the class of another implementation, it is not Istio.
function isForOthers(mesh: Mesh): boolean {
  const classes = mesh
    .ofType('gateway.networking.k8s.io/Gateway')
    .flatMap((r) => r.body.at('spec').at('gatewayClassName').string() ?? []);
  return classes.length > 0 && !classes.some((name) => name.startsWith('istio'));
}

const KEY = 'gateway.networking.k8s.io/bundle-version';

interface Minimum {
  readonly minimum: `1.${number}`;
  /** First release of Istio that asks for it, or the first of which that is known. */
  readonly since: `1.${number}`;
}

const MINIMUM: Readonly<Record<string, Minimum>> = {
  grpcroutes: { minimum: '1.1', since: '1.23' },
  backendtlspolicies: { minimum: '1.4', since: '1.29' },
  tlsroutes: { minimum: '1.5', since: '1.30' },
  tcproutes: { minimum: '1.6', since: '1.31' },
};
