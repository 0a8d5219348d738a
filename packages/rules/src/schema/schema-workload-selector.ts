import {
  AUTHORIZATION_POLICY,
  DESTINATION_RULE,
  defineRule,
  ENVOY_FILTER,
  type Field,
  isEmptyList,
  isUnset,
  lacks,
  lacksText,
  type Mesh,
  mappings,
  PEER_AUTHENTICATION,
  PROXY_CONFIG,
  REQUEST_AUTHENTICATION,
  type Resource,
  SERVICE_ENTRY,
  SIDECAR,
  specOf,
  TELEMETRY,
  TRAFFIC_EXTENSION,
  WASM_PLUGIN,
} from '@meshvet/core';
import {
  crdSays,
  DOUBTED,
  isSettledKey,
  listed,
  quote,
  type Refusal,
  tellVerdicts,
} from '../shared/refusals/refusals.ts';

export const schemaWorkloadSelector = defineRule({
  meta: {
    id: 'schema-workload-selector',
    summary: 'A resource of Istio does not say clearly which workloads it is for.',
    why: 'Labels are compared as they are, and a resource has one kind of target; the validating webhook of istiod refuses the rest, and warns of a selector that selects everything.',
    fix: 'Write the labels of the pods without wildcards, or one reference to a resource of the same namespace.',
    severity: 'error',
    subject: 'resource',
    types: [
      'networking.istio.io/DestinationRule',
      'networking.istio.io/EnvoyFilter',
      'networking.istio.io/ProxyConfig',
      'networking.istio.io/ServiceEntry',
      'networking.istio.io/Sidecar',
      'security.istio.io/AuthorizationPolicy',
      'security.istio.io/PeerAuthentication',
      'security.istio.io/RequestAuthentication',
      'telemetry.istio.io/Telemetry',
      'extensions.istio.io/WasmPlugin',
      'extensions.istio.io/TrafficExtension',
    ],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateWorkloadSelector, validatePolicyTargetReferences, validateOneOfSelectorType)',
      'istio.io: WorkloadSelector and PolicyTargetReference reference',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
      doubted: '{resource}: {what}.',
    },
    perMessage: { doubted: DOUBTED },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: cart, namespace: shop }
          spec:
            workloadSelector: { labels: { "app*": cart } } #~ refused \`"app*"\`
            egress: [{ hosts: ["./*"] }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector: {} #~ doubted \`selector\`
            rules: [{}]
        `,
      },
      {
        title: 'a target that takes no policy',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            targetRefs: [{ group: apps, kind: Deployment, name: cart }] #~ refused \`Deployment\`
            rules: [{}]
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: cart, namespace: shop }
          spec:
            workloadSelector: { labels: { app: cart } }
            egress: [{ hosts: ["./*"] }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: front }]
            rules: [{}]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, [
      ...networkingSelector(subject, mesh),
      ...policySelector(subject, mesh),
      ...targets(subject, mesh),
      ...portLevels(subject, mesh),
    ]);
  },
});

// Kinds of policies; those with target references beside.
const TARGETED = [AUTHORIZATION_POLICY, REQUEST_AUTHENTICATION, TELEMETRY, WASM_PLUGIN, TRAFFIC_EXTENSION];
const POLICIES = [...TARGETED, PEER_AUTHENTICATION, PROXY_CONFIG];

function* networkingSelector(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const selector = specOf(resource, SIDECAR, SERVICE_ENTRY, ENVOY_FILTER)?.at('workloadSelector');
  // Values with a * are refused by the schema since 1.24, keys by none.
  if (selector) yield* labelsOf(selector, 'labels', { key: false, value: crdSays(mesh, '1.24') });
}

function* policySelector(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const said = crdSays(mesh, '1.23');
  const selector =
    specOf(resource, ...POLICIES)?.at('selector') ?? specOf(resource, DESTINATION_RULE)?.at('workloadSelector');
  if (selector) yield* labelsOf(selector, 'matchLabels', { key: said, value: said });
}

function* labelsOf(selector: Field, name: string, said: { key: boolean; value: boolean }): Generator<Refusal> {
  if (!selector.isMapping) return;
  const labels = selector.at(name);
  if (lacks(selector, name) || (labels.isMapping && labels.entries().length === 0)) {
    yield {
      at: selector,
      what: `its ${String(selector.key)} has no ${name}, and selects every workload; left out it says so plainly`,
      onKey: true,
      mild: true,
    };
    return;
  }
  for (const [key, field] of labels.entries()) {
    if (!said.key && key === '') yield { at: field, what: 'a label of its selector has no key', onKey: true };
    else if (!said.key && isSettledKey(key) && key.includes('*'))
      yield {
        at: field,
        what: `the label ${quote(key)} of its selector has a *, and labels are compared as they are`,
        onKey: true,
      };
    const value = field.string();
    if (!said.value && value?.includes('*'))
      yield {
        at: field,
        what: `the value ${quote(value)} of its selector has a *, and labels are compared as they are`,
      };
  }
}

function* targets(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, ...TARGETED);
  if (!spec) return;
  const ways = ['selector', 'targetRef', 'targetRefs']
    .map((key) => spec.at(key))
    .filter((way) => way.hasValue && !isEmptyList(way));
  if (ways.length > 1 && !crdSays(mesh, resource.type === REQUEST_AUTHENTICATION ? '1.23' : '1.24'))
    yield {
      at: ways[1] as Field,
      what: `${listed(ways.map((way) => String(way.key)))} stand side by side, and only one of them says for whom it is`,
      onKey: true,
    };
  // Which kinds there are, the schemas of two releases told.
  const kindsSaid = crdSays(mesh, '1.23', '1.25');
  for (const reference of [spec.at('targetRef'), ...mappings(spec.at('targetRefs'))]) {
    if (!reference.isMapping) continue;
    const namespace = reference.at('namespace');
    if (!crdSays(mesh, '1.23') && !isUnset(namespace))
      yield { at: namespace, what: 'a target of another namespace cannot be named' };
    if (!crdSays(mesh, '1.23') && lacksText(reference, 'name')) yield { at: reference, what: 'a target has no name' };
    const kind = reference.at('kind').string();
    const group = reference.at('group').hasValue
      ? reference.at('group').string()
      : lacks(reference, 'group')
        ? ''
        : undefined;
    if (kindsSaid || !kind || group === undefined || !isKindName(kind) || !isGroupName(group)) continue;
    if (!KINDS.has(`${group === 'core' ? '' : group}/${kind}`)) {
      const what = `${kind}${group === '' ? ' without a group' : ` of group ${group}`} takes no policy; ${ACCEPTED}`;
      yield { at: reference.at('kind'), what };
    }
  }
}

const KINDS: ReadonlySet<string> = new Set([
  '/Service',
  'networking.istio.io/ServiceEntry',
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/GatewayClass',
]);
const ACCEPTED =
  'a target is a Service, a ServiceEntry of networking.istio.io, or a Gateway or GatewayClass of gateway.networking.k8s.io';

// What no kind and no group can be called, the schema refuses.
function isKindName(text: string): boolean {
  return text.length <= 63 && /^[A-Za-z]/.test(text) && /^[-A-Za-z0-9]*[A-Za-z0-9]$/.test(text);
}

function isGroupName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9.-]*$/.test(text) && !/^[.-]|[.-]$|\.\.|-\.|\.-/.test(text);
}

function* portLevels(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, PEER_AUTHENTICATION);
  const levels = spec?.at('portLevelMtls');
  if (!spec || !levels?.isMapping || crdSays(mesh, '1.23')) return;
  if (levels.entries().length === 0) yield { at: levels, what: 'portLevelMtls is empty', onKey: true };
  const selector = spec.at('selector');
  const labels = selector.at('matchLabels');
  const selects = selector.hasValue ? !lacks(selector, 'matchLabels') : !lacks(spec, 'selector');
  if (!selects || (labels.isMapping && labels.entries().length === 0))
    yield {
      at: levels,
      what: 'portLevelMtls wants a selector with labels beside it, since ports belong to workloads',
      onKey: true,
    };
}
