import type { Mesh } from '../mesh/mesh.ts';
import { GATEWAY_API_GROUP } from './references.ts';

/** The GatewayClasses that istiod makes itself. Source: `pilot/pkg/config/kube/gatewaycommon/classinfo.go`. */
export const CLASSES_OF_ISTIO: ReadonlySet<string> = new Set([
  'istio',
  'istio-remote',
  'istio-waypoint',
  'istio-east-west',
  'istio-agentgateway',
  'istio-agentgateway-waypoint',
]);

/** The controller behind `istio`: Envoy as a gateway, with the rules of `pilot/pkg/config/kube/gateway`. */
const GATEWAY_CONTROLLER = 'istio.io/gateway-controller';

/** Whether Istio's own gateway controller takes up the Gateways of a class; false for waypoints, and where it is not known. */
export function isServedByIstio(mesh: Mesh, className: string | undefined): boolean {
  return className !== undefined && mesh.derive(servedByIstio).has(className);
}

// A class called istio may be anybody's, if somebody says so.
function servedByIstio(mesh: Mesh): ReadonlySet<string> {
  const names = new Set(['istio']);
  for (const { name, body } of mesh.ofType(`${GATEWAY_API_GROUP}/GatewayClass`)) {
    const controller = body.at('spec').at('controllerName').string();
    if (controller === GATEWAY_CONTROLLER) names.add(name);
    else if (controller !== undefined) names.delete(name);
  }
  return names;
}
