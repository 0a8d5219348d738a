import {
  asksForEnvoy,
  defineRule,
  type LoneTarget,
  loneTargets,
  nameOf,
  type UntargetedConfig,
  untargetedConfig,
} from '@meshvet/core';

/** Kiali's codes by kind: without target, and where nothing is enrolled at a waypoint. */
const CODES: Readonly<Record<string, { readonly target: string; readonly waypoint: string }>> = {
  RequestAuthentication: { target: 'KIA1115', waypoint: 'KIA1110' },
  WasmPlugin: { target: 'KIA1116', waypoint: 'KIA1111' },
  Telemetry: { target: 'KIA1117', waypoint: 'KIA1112' },
};

export const ambientConfigUnread = defineRule({
  meta: {
    id: 'ambient-config-unread',
    summary:
      'A RequestAuthentication, WasmPlugin, Telemetry or EnvoyFilter is written for pods in ambient mode, and no proxy reads it.',
    why: 'The ztunnel reads none of these kinds, and a waypoint takes only what names it or a Service in targetRefs: tokens are not checked, plugins do not run, and no traces or logs are written.',
    fix: 'Deploy a waypoint, let the Service or the Namespace name it in istio.io/use-waypoint, and write targetRefs in place of the selector.',
    severity: 'warning',
    subject: 'resource',
    judgedAround: true,
    types: [
      'security.istio.io/RequestAuthentication',
      'extensions.istio.io/WasmPlugin',
      'telemetry.istio.io/Telemetry',
      'networking.istio.io/EnvoyFilter',
    ],
    codes: ['KIA1110', 'KIA1111', 'KIA1112', 'KIA1115', 'KIA1116', 'KIA1117'],
    since: '1.22',
    sources: [
      'istio/istio pilot/pkg/model/policyattachment.go (ShouldAttachPolicy)',
      'istio/istio pilot/pkg/model/telemetry.go (applicableTelemetries)',
      'istio.io: Use Layer 7 features (ambient, targeting policies)',
      'kiali business/checkers/ambient_policy_checker.go',
    ],
    messages: {
      selector:
        '{resource} holds for nothing: the pods that it selects are in ambient mode, where ztunnel does not read it, and a waypoint takes it by targetRefs only{waypoint}.',
      namespace:
        '{resource} holds for nothing: the pods of namespace {namespace} are in ambient mode, where ztunnel does not read it{reason}.',
      target: '{resource}: targetRefs names {kind} {target}, which has no waypoint ({reason}), so no proxy reads it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'no token is checked: the waypoint goes by targetRefs, not by labels of pods',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: security.istio.io/v1
          kind: RequestAuthentication
          metadata: { name: tokens, namespace: shop }
          spec:
            selector:
              matchLabels: { app: cart } #~ selector
            jwtRules: [{ issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys" }]
        `,
      },
      {
        title: 'access logs that nobody writes',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: telemetry.istio.io/v1
          kind: Telemetry
          metadata: { name: logs, namespace: shop }
          spec: #~ namespace
            accessLogging: [{ providers: [{ name: envoy }] }]
        `,
      },
    ],
    good: [
      {
        title: 'the Service is the target, and its namespace has a waypoint',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: security.istio.io/v1
          kind: RequestAuthentication
          metadata: { name: tokens, namespace: shop }
          spec:
            targetRefs: [{ kind: Service, group: "", name: cart }]
            jwtRules: [{ issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys" }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (!asksForEnvoy(resource)) return;
    const { kind } = resource;
    const codes = CODES[kind];
    const closed = mesh.settings.closedWorld;
    for (const target of loneTargets(mesh, resource)) {
      report(
        target.field,
        'target',
        { resource: nameOf(resource), kind: target.kind, target: target.name, reason: reasonOf(target) },
        { codes: codes ? [codes.waypoint] : [], severity: severityOf(kind, closed || target.refused) },
      );
    }
    const config = untargetedConfig(mesh, resource);
    if (!config) return;
    const severity = severityOf(kind, closed || config.workload !== undefined);
    const related = config.workload
      ? [{ at: config.workload.podLabels.field, note: 'pods in ambient mode that it is for' }]
      : [];
    if (config.by === 'selector') {
      const waypoint = config.withoutWaypoint ? '; nor do they have a waypoint' : '';
      report(
        config.field,
        'selector',
        { resource: nameOf(resource), waypoint },
        { codes: codesOf(kind, config), severity, related },
      );
      return;
    }
    const at = config.field.exists ? config.field : resource.body.at('metadata').at('name');
    const reason =
      kind === 'Telemetry'
        ? ', and no waypoint lives there'
        : `, and a waypoint takes it by targetRefs only${config.withoutWaypoint ? '; nor does the namespace have one' : ''}`;
    report(
      at,
      'namespace',
      { resource: nameOf(resource), namespace: resource.namespace ?? '', reason },
      { codes: codesOf(kind, config), severity, related },
    );
  },
});

function codesOf(kind: string, { by, withoutWaypoint }: UntargetedConfig): readonly string[] {
  const codes = CODES[kind];
  if (!codes) return [];
  // A Telemetry for a whole namespace needs no target: the waypoints of the namespace read it.
  const untargeted = kind === 'Telemetry' && by === 'namespace' ? [] : [codes.target];
  return withoutWaypoint ? [...untargeted, codes.waypoint] : untargeted;
}

// Tokens that nobody checks are an open door, once that is sure.
function severityOf(kind: string, sure: boolean): 'error' | 'warning' {
  return kind === 'RequestAuthentication' && sure ? 'error' : 'warning';
}

function reasonOf({ refused, kind, refusing }: LoneTarget): string {
  if (refusing !== undefined) return `waypoint ${refusing} is named, and takes no traffic to it`;
  return refused
    ? 'label istio.io/use-waypoint says none'
    : `neither the ${kind} nor its namespace has label istio.io/use-waypoint`;
}
