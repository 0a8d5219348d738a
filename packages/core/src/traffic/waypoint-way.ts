import { refusedBy, type Waypoint, waypointChoice, waypointNamed } from '../ambient/waypoints.ts';
import { nameOf, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import type { Field } from '../source/field.ts';
import { type Admittance, decide } from './authorization.ts';
import type { Seen } from './authorization-match.ts';
import { attachedPolicies } from './authorization-policies.ts';
import { type Identity, trustDomainsOf } from './identity.ts';
import type { PassedOver } from './trace.ts';

/** Whether the calls to a Service from ambient mode go through a waypoint. */
export type WaypointWay =
  | { readonly state: 'none'; readonly text: string; readonly passedOver: readonly PassedOver[] }
  | { readonly state: 'through'; readonly waypoint: Waypoint; readonly text: string; readonly field: Field }
  | { readonly state: 'unknown'; readonly text: string; readonly needs: string };

/**
 * The waypoint before a Service: the one that the label of the Service, or of its Namespace, names, where it is there and takes such
 * traffic. A waypoint that is missing takes nothing, and calls go past it. Source: `ambient/waypoints.go`, fetchWaypointForService.
 */
export function waypointBeforeService(mesh: Mesh, service: Resource): WaypointWay {
  const choice = waypointChoice(mesh, service, service.labels);
  if (choice.state === 'refused')
    return {
      state: 'none',
      text: `istio.io/use-waypoint of ${nameOf(service)} or its Namespace says none`,
      passedOver: [],
    };
  if (choice.state === 'lacking')
    return { state: 'none', text: `neither ${nameOf(service)} nor its Namespace names a waypoint`, passedOver: [] };
  if (choice.state === 'unknown')
    return {
      state: 'unknown',
      text: `whether ${nameOf(service)} has a waypoint is not known`,
      needs: `the labels of Namespace ${service.namespace ?? ''}, for its waypoint`,
    };
  const { namespace, name, field } = choice.waypoint;
  const manifests = waypointNamed(mesh, choice.waypoint);
  const [waypoint] = manifests;
  if (!waypoint) {
    const text = `${nameOf(service)} is to be reached through waypoint ${namespace}/${name}, which was not read`;
    return mesh.settings.closedWorld
      ? { state: 'none', text: `${text}: calls go past it`, passedOver: [] }
      : { state: 'unknown', text, needs: `the manifest of Gateway ${namespace}/${name}` };
  }
  const from = { name: service.namespace ?? '', manifests: namespacesOf(mesh, service) ?? [] };
  const refusal = refusedBy(waypoint, 'service', from);
  if (refusal) {
    const why = refusal === 'traffic' ? 'it takes no traffic to Services' : 'its listener does not admit the namespace';
    return {
      state: 'none',
      text: `waypoint ${namespace}/${name} is named, and is not used`,
      passedOver: [{ resource: waypoint.resource, why }],
    };
  }
  return { state: 'through', waypoint, text: `waypoint ${namespace}/${name} stands before ${nameOf(service)}`, field };
}

/** Who a waypoint is to those behind it: its ServiceAccount bears the name of its Gateway. Source: `deploymentcontroller.go`. */
export function identityOfWaypoint(mesh: Mesh, { resource }: Waypoint): Identity {
  const { own } = trustDomainsOf(mesh);
  return { trustDomain: own, namespace: resource.namespace ?? '', serviceAccount: resource.name };
}

/** What the policies that a waypoint reads make of a request: those attached to the Service, to its Gateway, or to the class of waypoints. */
export function admittanceAtWaypoint(mesh: Mesh, { resource }: Waypoint, service: Resource, seen: Seen): Admittance {
  return decide(mesh, resource, seen, attachedPolicies(mesh, resource, service));
}
