import type { ServiceSpec } from '../manifest/kubernetes-types.ts';
import type { Resource } from '../manifest/resource.ts';
import { flatSelector, type Selector } from '../manifest/selectors.ts';
import type { Field } from '../source/field.ts';
import type { PortFacts } from './protocol.ts';

/** One port of a Service, as written. */
export interface ServicePort extends PortFacts {
  readonly field: Field;
  readonly nameField: Field;
  readonly appProtocolField: Field;
  /** A number or a name; undefined when nothing, `0` or the empty text is written: then it is the port itself. */
  readonly target: number | string | undefined;
  readonly targetField: Field;
  /** Some part of the port is filled in by a later step, so nothing can be said of its protocol. */
  readonly unreadable: boolean;
}

/** A core/v1 Service. */
export interface Service {
  readonly resource: Resource;
  readonly type: string;
  readonly headless: boolean;
  readonly ports: readonly ServicePort[];
  /** undefined when it has none, or an empty one: then its endpoints are managed by hand. */
  readonly selector: Selector | undefined;
}

/** The Service in a resource; undefined for other kinds and for patches. */
export function readService(resource: Resource): Service | undefined {
  if (resource.type !== 'Service' || resource.partial) return undefined;
  const spec = resource.body.at('spec') as Field<ServiceSpec>;
  const selector = spec.at('selector');
  return {
    resource,
    type: spec.get('type').text() || 'ClusterIP',
    headless: spec.get('clusterIP').text() === 'None',
    ports: (spec.at('ports').items() as Field[]).map(readPort),
    selector: selector.entries().length > 0 ? flatSelector(selector) : undefined,
  };
}

/** "port 80 (http)", the way messages name a port. */
export function portLabel(port: ServicePort): string {
  const number = port.number ?? port.field.at('port').text() ?? '?';
  return port.name ? `port ${number} (${port.name})` : `port ${number}`;
}

function readPort(field: Field): ServicePort {
  const nameField = field.at('name');
  const appProtocolField = field.at('appProtocol');
  const targetField = field.at('targetPort');
  const target = targetField.number() ?? targetField.string();
  const name = nameField.text();
  return {
    field,
    number: field.at('port').number(),
    name: name === '' ? undefined : name,
    nameField,
    protocol: field.at('protocol').text() || 'TCP',
    appProtocol: appProtocolField.hasValue ? appProtocolField.text() : undefined,
    appProtocolField,
    target: target === 0 || target === '' ? undefined : target,
    targetField,
    unreadable: [nameField, appProtocolField, field.at('protocol')].some(
      (part) => part.hasValue && part.text() === undefined,
    ),
  };
}
