import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';

/** A backend of an Ingress: the Service it names, and the port by number or by name. */
export interface IngressBackend {
  readonly service: string;
  readonly port: number | string | undefined;
  readonly portField: Field;
}

/** Annotation that names the class, in the days before IngressClass; it still wins. */
export const INGRESS_CLASS_KEY = 'kubernetes.io/ingress.class';

/** Controller that an IngressClass names for Istio. */
export const ISTIO_CONTROLLER = 'istio.io/ingress-controller';

/** How Istio reads the class of an Ingress: whether it serves it, and what says so. */
export type IngressClass =
  | { readonly served: 'yes'; readonly by: 'annotation' | 'class' }
  /** `ingressClassName` names the class of Istio, of which no IngressClass was read. */
  | { readonly served: 'unknown'; readonly name: string; readonly field: Field }
  | { readonly served: 'no' };

/** Whether a resource is an Ingress, of whatever version. */
export function isIngress(resource: Resource): boolean {
  return resource.kind === 'Ingress' && (resource.group === 'networking.k8s.io' || resource.group === 'extensions');
}

/**
 * Whether Istio serves an Ingress: by its annotation, or by an IngressClass of Istio's controller.
 * Source: `pilot/pkg/config/kube/ingress`, shouldProcessIngressWithClass.
 */
export function ingressClassOf(mesh: Mesh, resource: Resource): IngressClass {
  const { ingressClass, ingressControllerMode } = mesh.installation.meshConfig.value;
  const own = typeof ingressClass === 'string' && ingressClass !== '' ? ingressClass : 'istio';
  if (ingressControllerMode === 'OFF') return { served: 'no' };
  if (resource.annotations.has(INGRESS_CLASS_KEY))
    return resource.annotations.get(INGRESS_CLASS_KEY) === own ? { served: 'yes', by: 'annotation' } : { served: 'no' };
  const field = resource.body.at('spec').at('ingressClassName');
  const name = field.string();
  if (name === undefined || name === '') return { served: 'no' };
  const classes = mesh.ofType('networking.k8s.io/IngressClass').filter((c) => c.name === name && !c.partial);
  if (classes.length === 0) return name === own ? { served: 'unknown', name, field } : { served: 'no' };
  const istio = classes.every((c) => c.body.at('spec').at('controller').string() === ISTIO_CONTROLLER);
  return istio ? { served: 'yes', by: 'class' } : { served: 'no' };
}

/** The backends of an Ingress, in the form of `networking.k8s.io/v1` and in that of the versions before. */
export function ingressBackends(resource: Resource): readonly IngressBackend[] {
  const spec = resource.body.at('spec');
  const rules = spec.at('rules').items() as Field[];
  const paths = rules.flatMap((rule) => rule.at('http').at('paths').items() as Field[]);
  const backends = [spec.at('defaultBackend'), spec.at('backend'), ...paths.map((path) => path.at('backend'))];
  return backends.flatMap((backend): IngressBackend[] => {
    const old = backend.at('serviceName').string();
    const service = old ?? backend.at('service').at('name').string();
    if (service === undefined || service === '') return [];
    const written = backend.at('service').at('port');
    const oldPort = backend.at('servicePort');
    const portField =
      old !== undefined ? oldPort : written.at('number').hasValue ? written.at('number') : written.at('name');
    return [{ service, port: portField.number() ?? portField.string(), portField }];
  });
}
