import {
  type AuthorizationPolicy,
  authorizationPolicyOf,
  type Mesh,
  type PolicyValue,
  type Resource,
  type Severity,
} from '@meshvet/core';
import { isSystemNamespace } from './audience.ts';

/** The AuthorizationPolicy that a resource is, where it may be judged: whole, not patched, and in no namespace of Kubernetes itself. */
export function policyToJudge(mesh: Mesh, resource: Resource): AuthorizationPolicy | undefined {
  if (resource.partial || isSystemNamespace(resource.namespace)) return undefined;
  const policy = authorizationPolicyOf(mesh, resource);
  return policy?.settled ? policy : undefined;
}

/** What it comes to that a value fits no request, as a clause: "it lets nobody in". */
export function effectOfFlaw({ action }: AuthorizationPolicy, { negated }: Pick<PolicyValue, 'negated'>): string {
  if (negated) return 'it leaves nothing out';
  switch (action) {
    case 'DENY':
      return 'it stops nobody';
    case 'AUDIT':
      return 'it logs nothing';
    case 'CUSTOM':
      return 'nobody is asked because of it';
    default:
      return 'it lets nobody in';
  }
}

/**
 * An error where a whole list of an applied policy fits no request: then its rule surely lets nobody in, or leaves the door open that it was
 * meant to shut. A warning where other entries of the list do their work.
 */
export function severityOfFlaw(
  { action, dryRun }: AuthorizationPolicy,
  value: PolicyValue,
  isFlawed: (text: string) => boolean,
): Severity {
  if (value.negated || dryRun !== false || (action !== 'ALLOW' && action !== 'DENY')) return 'warning';
  const { items, open } = value.list;
  const all = !open && items.length <= MOST && items.every((item) => isFlawed(item.text() ?? ''));
  return all ? 'error' : 'warning';
}

// No list of a real policy is so long, and each entry would be held against all the others.
const MOST = 100;
