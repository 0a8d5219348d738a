import {
  DESTINATION_RULE,
  defineRule,
  type Field,
  isPatchedAt,
  type Mesh,
  nameOf,
  type ReportOptions,
  type Resource,
  trafficPolicies,
} from '@meshvet/core';
import { deleteEntry } from '../shared/edits/mapping-edit.ts';
import { replaceKey } from '../shared/edits/scalar-edit.ts';

export const istioDeprecatedField = defineRule({
  meta: {
    id: 'istio-deprecated-field',
    summary: 'A resource of Istio uses a field that Istio has given up.',
    why: 'Istio ignores the field already, or will with a release to come, and then the resource means something else.',
    fix: 'Write what has taken its place, or delete the field.',
    severity: 'warning',
    subject: 'resource',
    types: [
      'networking.istio.io/VirtualService',
      'networking.istio.io/DestinationRule',
      'networking.istio.io/Sidecar',
      'telemetry.istio.io/Telemetry',
    ],
    codes: ['IST0002', 'IST0133'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/deprecation/deprecation.go',
      'istio/istio pkg/config/analysis/analyzers/telemetry/lightstep.go',
      'istio.io/docs/reference/config/networking/virtual-service/#HTTPFaultInjection-Delay',
      'istio/istio pull request 24087 (1.7 reads consecutiveErrors no more), istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go, applyOutlierDetection',
    ],
    messages: {
      percent: '{resource}: percent of a delay is deprecated; write percentage with the value {percent}.',
      outlierErrors:
        '{resource}: consecutiveErrors is ignored since Istio 1.7: the ejection follows the other settings, with {counted}. Write consecutive5xxErrors: {number} for all 5xx, or consecutiveGatewayErrors: {number} for 502 to 504, which is what it once meant.',
      outlierErrorsOld:
        '{resource}: consecutiveErrors counts 502 to 504 still, and Istio 1.7 ignores it; consecutiveGatewayErrors: {number} says the same.',
      egressProxy:
        '{resource}: outboundTrafficPolicy.egressProxy is ignored; route such traffic with a VirtualService.',
      lightstep:
        '{resource}: provider "{provider}" is of kind lightstep, which is deprecated; use one of kind opentelemetry.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a circuit breaker that opens after one error, so it seems',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: cart
            trafficPolicy:
              outlierDetection:
                consecutiveErrors: 1 #~ outlierErrors \`consecutiveErrors\`
                interval: 5s
        `,
      },
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
    if (resource.type === DESTINATION_RULE) {
      if (mesh.istioAtLeast('1.5') && !isPatchedAt(resource, 'spec', 'trafficPolicy'))
        tellOutliers(mesh, resource, report as Report);
      return;
    }
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

/** Every number of consecutive errors that is written where nobody counts it any more. */
function tellOutliers(mesh: Mesh, resource: Resource, report: Report): void {
  const ignored = mesh.istioAtLeast('1.7');
  for (const { field, silent } of trafficPolicies(resource).slice(0, MOST)) {
    const outlier = field.at('outlierDetection');
    const old = outlier.at('consecutiveErrors');
    const number = old.number();
    // 0 is what nobody wrote, for istiod.
    if (number === undefined || number === 0) continue;
    const successors = ['consecutive5xxErrors', 'consecutiveGatewayErrors'].filter((key) => outlier.at(key).hasValue);
    const words = { resource: nameOf(resource), number };
    const options = {
      onKey: true,
      // istioctl warns of the policy of the whole host alone.
      codes: silent ? [] : ['IST0133'],
      suggested:
        successors.length > 0
          ? deleteEntry(old)
          : replaceKey(old, ignored ? 'consecutive5xxErrors' : 'consecutiveGatewayErrors'),
    };
    if (ignored)
      report(
        old,
        'outlierErrors',
        {
          ...words,
          counted:
            successors.length > 0 ? `${successors.join(' and ')} as written` : "Envoy's default of 5 for all 5xx",
        },
        options,
      );
    else report(old, 'outlierErrorsOld', words, options);
  }
}

type Report = (
  at: Field,
  id: 'outlierErrors' | 'outlierErrorsOld',
  data: { readonly resource: string; readonly number: number; readonly counted?: string },
  options: ReportOptions,
) => void;

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
