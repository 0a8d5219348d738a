import {
  ATTACHED_POLICIES,
  defineRule,
  isSettled,
  lookupPolicyTarget,
  nameOf,
  nearTarget,
  policyTargets,
} from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';

export const policyTargetUnknown = defineRule({
  meta: {
    id: 'policy-target-unknown',
    summary: 'A policy of Istio is attached to a Service, ServiceEntry or Gateway that is not there.',
    why: 'A policy with targetRefs holds for its targets alone; without them it holds for nothing, and what it should refuse gets in.',
    fix: 'Name an object of the namespace of the policy.',
    severity: 'error',
    about: 'istio',
    subject: 'resource',
    judgedAround: true,
    types: ATTACHED_POLICIES,
    since: '1.20',
    sources: [
      'istio/istio pilot/pkg/model/policyattachment.go (ShouldAttachPolicy)',
      'istio.io: Authorization Policy reference (targetRefs)',
    ],
    messages: {
      missing: '{policy}: there is no {kind} {namespace}/{name}{near}, so the policy holds for nothing there.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a misspelt Service',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            targetRefs:
              - group: ""
                kind: Service
                name: crat #~ missing \`crat\`
            rules: [{}]
        `,
      },
    ],
    good: [
      {
        title: 'a Service that is there',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            targetRefs: [{ group: "", kind: Service, name: cart }]
            rules: [{}]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    for (const target of policyTargets(resource)) {
      if (lookupPolicyTarget(mesh, resource, target).state !== 'missing') continue;
      const { kind, namespace, name, nameField } = target;
      const likely = nearTarget(mesh, target);
      const near = likely === undefined ? '' : ` (did you mean "${likely}"?)`;
      const severity = resource.group === 'security.istio.io' ? 'error' : 'warning';
      const suggested = likely !== undefined && isSettled(resource) ? replaceString(nameField, likely) : [];
      report(nameField, 'missing', { policy: nameOf(resource), kind, namespace, name, near }, { severity, suggested });
    }
  },
});
