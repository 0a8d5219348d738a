import { defineRule, type Field, isPatchedAt, type Mesh, nameOf, type Resource } from '@meshvet/core';

export const istioDeprecatedField = defineRule({
  meta: {
    id: 'istio-deprecated-field',
    summary: 'A resource of Istio uses a field that Istio has given up.',
    why: 'Istio ignores the field already, or will with a release to come, and then the resource means something else.',
    fix: 'Write what has taken its place, or delete the field.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService', 'networking.istio.io/Sidecar', 'telemetry.istio.io/Telemetry'],
    codes: ['IST0002'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/deprecation/deprecation.go',
      'istio/istio pkg/config/analysis/analyzers/telemetry/lightstep.go',
      'istio.io/docs/reference/config/networking/virtual-service/#HTTPFaultInjection-Delay',
    ],
    messages: {
      percent: '{resource}: percent of a delay is deprecated; write percentage with the value {percent}.',
      egressProxy:
        '{resource}: outboundTrafficPolicy.egressProxy is ignored; route such traffic with a VirtualService.',
      lightstep:
        '{resource}: provider "{provider}" is of kind lightstep, which is deprecated; use one of kind opentelemetry.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a share of requests as a whole number, and a proxy that nobody asks',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - fault: { delay: { fixedDelay: 5s, percent: 50 } } #~ percent \`50\`
                route: [{ destination: { host: cart } }]
          ---
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: shop }
          spec:
            outboundTrafficPolicy:
              mode: ALLOW_ANY
              egressProxy: { host: out.shop.svc.cluster.local, port: { number: 80 } } #~ egressProxy \`egressProxy\`
        `,
      },
    ],
    good: [
      {
        title: 'what has taken their place',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - fault: { delay: { fixedDelay: 5s, percentage: { value: 50 } } }
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.partial) return;
    const spec = resource.body.at('spec');
    const words = { resource: nameOf(resource) };
    switch (resource.type) {
      case 'networking.istio.io/VirtualService': {
        if (isPatchedAt(resource, 'spec', 'http')) return;
        let first = true;
        for (const route of (spec.at('http').items() as Field[]).slice(0, MOST)) {
          const field = route.at('fault').at('delay').at('percent');
          const percent = field.number();
          if (percent === undefined || percent <= 0) continue;
          // istioctl tells it once of a VirtualService.
          report(field, 'percent', { ...words, percent }, { codes: first ? ['IST0002'] : [] });
          first = false;
        }
        return;
      }
      case 'networking.istio.io/Sidecar': {
        const field = spec.at('outboundTrafficPolicy').at('egressProxy');
        if (field.hasValue) report(field, 'egressProxy', words, { onKey: true });
        return;
      }
      case 'telemetry.istio.io/Telemetry':
        for (const { field, provider } of lightstepProviders(mesh, resource))
          report(field, 'lightstep', { ...words, provider });
    }
  },
});

const MOST = 500;

function lightstepProviders(mesh: Mesh, { body }: Resource): readonly { field: Field; provider: string }[] {
  const names = mesh.derive(lightstepNames);
  if (names.size === 0) return [];
  return (body.at('spec').at('tracing').items() as Field[]).slice(0, MOST).flatMap((tracing) =>
    (tracing.at('providers').items() as Field[]).slice(0, MOST).flatMap((one) => {
      const field = one.at('name');
      const provider = field.string();
      return provider !== undefined && names.has(provider) ? [{ field, provider }] : [];
    }),
  );
}

function lightstepNames(mesh: Mesh): ReadonlySet<string> {
  const { value, certain } = mesh.installation.meshConfig;
  const providers: unknown = value.extensionProviders;
  if (!certain || !Array.isArray(providers)) return new Set();
  const names = providers.flatMap((one: unknown) => {
    const provider = one as { name?: unknown; lightstep?: unknown } | null;
    return provider?.lightstep && typeof provider.name === 'string' ? [provider.name] : [];
  });
  return new Set(names);
}
