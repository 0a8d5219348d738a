import type { Workload } from '../cluster/workloads.ts';
import type { MeshConfigKeys } from '../config/config.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { patternMatcher } from '../schema/re2.ts';
import type { TrafficRequest } from '../traffic/request.ts';
import type { Trace } from '../traffic/trace.ts';
import { traceRequest } from '../traffic/trace-request.ts';
import { makeMesh } from './make-mesh.ts';

/** A small mesh for tests of traffic, and requests in it by short words. */
export class World {
  readonly mesh: Mesh;

  private constructor(mesh: Mesh) {
    this.mesh = mesh;
  }

  /** Of resources as plain objects; a closed world unless said otherwise. */
  static async of(resources: readonly object[], config: MeshConfigKeys = {}, meshConfig?: object): Promise<World> {
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'istio', namespace: 'istio-system' },
      data: { mesh: JSON.stringify(meshConfig) },
    };
    const all = meshConfig ? [...resources, configMap] : resources;
    return new World(
      await makeMesh(all.map((r) => JSON.stringify(r)).join('\n---\n'), { closedWorld: true, ...config }),
    );
  }

  /** The workload `namespace/name`. */
  workload(name: string): Workload {
    const found = this.mesh.workloads.find(({ resource }) => `${resource.namespace}/${resource.name}` === name);
    if (!found) throw new Error(`no workload ${name}`);
    return found;
  }

  /** What becomes of a request: `http://cart/api`, `https://…` (the caller itself speaks TLS), `tcp://db:5432`. */
  trace(from: string, url: string, more: Partial<TrafficRequest> = {}): Trace {
    const [, scheme = 'http', host = '', port, path = '/'] = /^(\w+):\/\/([^:/]+)(?::(\d+))?(\/.*)?$/.exec(url) ?? [];
    const request: TrafficRequest = {
      from: this.workload(from),
      gateway: false,
      host,
      port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port),
      protocol: scheme === 'tcp' ? 'tcp' : 'http',
      tls: scheme === 'https',
      sni: host,
      path,
      method: 'GET',
      headers: new Map(),
      ...more,
    };
    return traceRequest(this.mesh, request, { regex: patternMatcher() });
  }

  /** The answer in a line: `forwarded shop/cart: cart.shop.svc.cluster.local:80/v1 90% [shop/cart-v1:8080 istio]`. */
  ask(from: string, url: string, more: Partial<TrafficRequest> = {}): string {
    return lineOf(this.trace(from, url, more));
  }
}

/** A trace in a line, for tests to compare. */
export function lineOf(trace: Trace): string {
  const destinations = trace.destinations.map((d) => {
    const share = d.weight === 100 ? '' : ` ${d.weight}%`;
    const ends = d.missing ? 'missing' : d.endpoints.map((e) => `${e.name}:${e.port} ${e.tls}`).join(', ');
    return `${d.host}:${d.port}${d.subset ? `/${d.subset}` : ''}${share} [${ends}]`;
  });
  const route = trace.route
    ? ` by ${trace.route.namespace}/${trace.route.name}${trace.rule ? ` ${trace.rule}` : ''}`
    : '';
  const status = trace.status === undefined ? '' : ` ${trace.status}`;
  return `${trace.outcome}${status}${route}${destinations.length > 0 ? `: ${destinations.join('; ')}` : ''}`;
}

/** A Namespace whose pods get a sidecar. */
export function meshed(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'istio-injection': 'enabled' } } };
}

/** A Namespace whose pods get none. */
export function plain(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** A Deployment `namespace/name` with label `app` and perhaps `version`: `shop/cart-v1` has app cart and version v1. */
export function deployment(path: string, port = 8080): object {
  const [namespace = '', name = ''] = path.split('/');
  const [, app = name, version] = /^(.*)-(v\d+)$/.exec(name) ?? [];
  const labels = version === undefined ? { app } : { app, version };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: app,
          containers: [{ name: app, image: `${app}:1`, ports: [{ containerPort: port, name: 'web' }] }],
        },
      },
    },
  };
}

/** A Service `namespace/name` that selects `app: name`; ports as `http:80>8080`, `tcp-db:5432`. */
export function service(path: string, ports: readonly string[], spec: object = {}): object {
  const [namespace = '', name = ''] = path.split('/');
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: {
      selector: { app: name },
      ports: ports.map((text) => {
        const [, word, number, target] = /^([\w-]*):(\d+)(?:>(\w+))?$/.exec(text) ?? [];
        const targetPort = target === undefined ? {} : { targetPort: /^\d+$/.test(target) ? Number(target) : target };
        return { ...(word ? { name: word } : {}), port: Number(number), ...targetPort };
      }),
      ...spec,
    },
  };
}

const GROUPS: Readonly<Record<string, string>> = {
  PeerAuthentication: 'security.istio.io/v1',
  AuthorizationPolicy: 'security.istio.io/v1',
  RequestAuthentication: 'security.istio.io/v1',
};

/** A resource of Istio: `VirtualService shop/cart`. `day` is the day of its creation, for what the older one wins. */
export function istio(identity: string, spec: object, day?: number): object {
  const [kind = '', path = ''] = identity.split(' ');
  const [namespace = '', name = ''] = path.split('/');
  const creationTimestamp =
    day === undefined ? {} : { creationTimestamp: `2026-01-${String(day).padStart(2, '0')}T00:00:00Z` };
  return {
    apiVersion: GROUPS[kind] ?? 'networking.istio.io/v1',
    kind,
    metadata: { name, namespace, ...creationTimestamp },
    spec,
  };
}

/** An http rule that sends to `host`, `host/subset` or `host:port`. */
export function to(target: string, more: object = {}): object {
  const [, host, port, subset] = /^([^:/]+)(?::(\d+))?(?:\/(\w+))?$/.exec(target) ?? [];
  return {
    ...more,
    route: [
      { destination: { host, ...(subset ? { subset } : {}), ...(port ? { port: { number: Number(port) } } : {}) } },
    ],
  };
}
