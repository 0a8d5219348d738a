import type { Workload } from '../cluster/workloads.ts';
import { nameOf, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { INGRESS_CLASS_KEY, ingressClassOf } from '../routing/ingress.ts';
import { standsBeside } from '../security/namespace-mtls.ts';
import type { Field } from '../source/field.ts';
import { type Server, serversBehind } from './mtls-between.ts';
import { registryOf } from './registry.ts';

/** Somebody who calls pods of the mesh and has no proxy of it, so plain text or TLS of his own is all that he sends. */
export interface OutsideCaller {
  /** A noun: "the controller of class nginx (Deployment ingress-nginx/controller)". */
  readonly who: string;
  /** Why he is outside, as a clause: "Namespace ingress-nginx carries no mesh label". */
  readonly why: string;
  /** Where that is written. */
  readonly field: Field | undefined;
}

// Load balancers of clouds call the pods themselves. Source: the documentation of each.
const OF_CLOUDS: ReadonlySet<string> = new Set([
  'ingress.k8s.aws/alb',
  'eks.amazonaws.com/alb',
  'networking.gke.io/ingress-gce',
  'azure/application-gateway',
]);

// The images of controllers that run as pods, by what their IngressClass names, and by the class where none was read.
const IMAGES: readonly (readonly [controller: string, classes: readonly string[], image: RegExp])[] = [
  ['k8s.io/ingress-nginx', ['nginx'], /ingress-nginx|nginx-ingress-controller/],
  ['nginx.org/ingress-controller', ['nginx'], /nginx-ingress|nginxinc\/kubernetes-ingress|nginx\/nginx-ingress/],
  ['traefik.io/ingress-controller', ['traefik'], /(?:^|\/)traefik(?:[:@]|$)/],
  ['haproxy-ingress.github.io/controller', ['haproxy'], /haproxy-ingress/],
  ['haproxy.org/ingress-controller/haproxy', ['haproxy'], /haproxytech\/kubernetes-ingress|haproxy-ingress/],
  ['ingress-controllers.konghq.com/kong', ['kong'], /(?:^|\/)kong(?:-gateway)?(?:[:@]|$)/],
];
const CLOUD_CLASSES: ReadonlySet<string> = new Set([
  'alb',
  'gce',
  'gce-internal',
  'azure/application-gateway',
  'azure-application-gateway',
]);

/**
 * The controller that serves an Ingress, where it surely has no proxy of the mesh: pods of it were read and get none, or it is a load
 * balancer of a cloud. undefined for Istio's, and where nobody knows.
 */
export function ingressCaller(mesh: Mesh, ingress: Resource): OutsideCaller | undefined {
  if (ingressClassOf(mesh, ingress).served !== 'no') return undefined;
  const written = ingress.annotations.has(INGRESS_CLASS_KEY)
    ? ingress.annotations.at(INGRESS_CLASS_KEY)
    : ingress.body.at('spec').at('ingressClassName');
  const name = written.string();
  if (name === undefined || name === '') return undefined;
  const classes = mesh.ofType('networking.k8s.io/IngressClass').filter((c) => c.name === name && !c.partial);
  const controllers = new Set(classes.map((c) => c.body.at('spec').at('controller').string() ?? ''));
  const [controller] = controllers;
  if (controllers.size > 1) return undefined;
  if (controller === undefined ? CLOUD_CLASSES.has(name) : OF_CLOUDS.has(controller))
    return { who: `the load balancer of class ${name}`, why: 'it stands outside the cluster', field: written };
  const images = IMAGES.filter(([c, names]) => (controller === undefined ? names.includes(name) : c === controller));
  const pods = mesh.derive(possibleControllers).filter((w) => images.some(([, , image]) => runs(w, image)));
  return outsidePods(mesh, pods, `the controller of class ${name}`);
}

// Controllers are few among the pods, and each Ingress asks for them.
function possibleControllers(mesh: Mesh): readonly Workload[] {
  return mesh.workloads.filter((w) => !w.isJob && IMAGES.some(([, , image]) => runs(w, image))).slice(0, MOST);
}

const MOST = 50;

function runs({ containers }: Workload, image: RegExp): boolean {
  return containers.some((c) => !c.init && image.test(c.image));
}

function outsidePods(mesh: Mesh, pods: readonly Workload[], who: string): OutsideCaller | undefined {
  const [first] = pods;
  // A cluster may have two controllers, one of them in the mesh.
  if (!first || pods.some((w) => w.hasProxy || mesh.membership(w).answer !== 'no')) return undefined;
  const { reason, field } = mesh.membership(first);
  return { who: `${who} (${nameOf(first.resource)})`, why: reason, field };
}

/**
 * The proxies of a Gateway of the Gateway API, where they are surely none of the mesh: its class belongs to another controller, and its
 * namespace takes nobody into the mesh.
 */
export function gatewayCaller(mesh: Mesh, gateway: Resource): OutsideCaller | undefined {
  const field = gateway.body.at('spec').at('gatewayClassName');
  const name = field.string();
  const classes = mesh.ofType('gateway.networking.k8s.io/GatewayClass').filter((c) => c.name === name && !c.partial);
  const controllers = classes.map((c) => c.body.at('spec').at('controllerName').string());
  if (name === undefined || classes.length === 0 || !controllers.every((c) => c !== undefined && !OF_MESHES.test(c)))
    return undefined;
  const { namespace = '' } = gateway;
  const found = mesh.namespace(namespace);
  if (found.state !== 'found' || mesh.assumesNamespace(gateway)) return undefined;
  const inMesh = found.value.some(
    (n) =>
      n.resource.labels.has('istio.io/dataplane-mode') ||
      n.resource.labels.mayChange('istio.io/dataplane-mode') ||
      mesh.injectionIn(n).outcome !== 'not-injected',
  );
  if (inMesh || mesh.workloads.some((w) => w.hasProxy && w.resource.namespace === namespace)) return undefined;
  return {
    who: `the proxies of ${nameOf(gateway)} (class ${name}, controller ${controllers[0]})`,
    why: `namespace ${namespace} takes nobody into the mesh`,
    field,
  };
}

const OF_MESHES = /(?:^|\.)istio\.io\/|linkerd\.io\/|^solo\.io\/gloo-mesh/;

/** The pods behind a Service port that surely accept mutual TLS only, all of them; undefined where plain text may get through. */
export function strictServer(
  mesh: Mesh,
  namespace: string,
  name: string,
  port: number | string | undefined,
  asker: Resource,
): Server | undefined {
  const host = registryOf(mesh).service(namespace, name);
  if (!host?.service || !standsBeside(mesh, host.resource, asker)) return undefined;
  const own =
    port === undefined
      ? host.ports.length === 1
        ? host.ports[0]
        : undefined
      : host.ports.find((p) => p.number === port || p.name === port);
  if (!own) return undefined;
  const { servers, all } = serversBehind(mesh, host, own, undefined, asker);
  const strict = all && servers.every((s) => s.takes === 'STRICT' && s.sure);
  return strict ? servers[0] : undefined;
}
