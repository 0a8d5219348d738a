import type { Location, Severity } from '../lint/result.ts';
import type { FactReport, PortReport, ServiceReport, WorkloadReport } from '../lint/workload-result.ts';
import { SEVERITIES } from '../source/severity.ts';
import { displayWidth } from './display-width.ts';
import { type Paint, painter, type Style } from './paint.ts';
import { visibleText } from './visible-text.ts';

const ANSWER_STYLES = { yes: 'green', no: 'dim', unknown: 'yellow', rejected: 'red' } as const satisfies Record<
  string,
  Style
>;
const SEVERITY_STYLES: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', info: 'blue' };

// How much of each list is shown of one workload; the JSON has all of it.
const MOST = 12;

/** All workloads as a table, and a line at the end that counts. */
export function whyTable(workloads: readonly WorkloadReport[], color: boolean): string {
  const paint = painter(color);
  const header: Cell[] = ['NAMESPACE', 'WORKLOAD', 'IN MESH', 'HOW', 'FINDINGS', 'WHY'].map((text) => ({
    text,
    style: 'bold',
  }));
  const rows = workloads.map((workload) => rowOf(workload));
  const lines = alignColumns([header, ...rows], paint);
  return `${[...lines, '', ...summary(workloads)].join('\n')}\n`;
}

interface Cell {
  readonly text: string;
  readonly style?: Style;
}

function rowOf(workload: WorkloadReport): Cell[] {
  const { resource, membership } = workload;
  const answer = workload.istio.outcome === 'rejected' ? 'rejected' : membership.answer;
  return [
    { text: visibleText(resource.namespace ?? '') },
    { text: visibleText(`${resource.kind}/${resource.name}`) },
    { text: answer, style: ANSWER_STYLES[answer] },
    { text: howOf(workload) },
    {
      text: countFindings(workload),
      ...(worst(workload) ? { style: SEVERITY_STYLES[worst(workload) as Severity] } : {}),
    },
    { text: visibleText(membership.reason.text) },
  ];
}

function howOf({ membership, sidecar }: WorkloadReport): string {
  if (membership.answer === 'no') return '-';
  if (membership.mode === 'sidecar') return `${sidecar.form} sidecar${sidecar.written ? ', written' : ''}`;
  return membership.mode ?? '?';
}

function worst({ findings }: WorkloadReport): Severity | undefined {
  return SEVERITIES.find((severity) => findings.some((f) => f.severity === severity));
}

function countFindings({ findings }: WorkloadReport): string {
  const parts = SEVERITIES.flatMap((severity) => {
    const number = findings.filter((f) => f.severity === severity).length;
    return number === 0 ? [] : [severity === 'info' ? `${number} info` : count(number, severity)];
  });
  return parts.join(', ') || '-';
}

function summary(workloads: readonly WorkloadReport[]): string[] {
  const of = (answer: WorkloadReport['membership']['answer']) =>
    workloads.filter((w) => w.membership.answer === answer).length;
  const lines = [
    `${count(workloads.length, 'workload')}: ${of('yes')} in the mesh, ${of('no')} not, ${of('unknown')} unknown`,
  ];
  const causes = new Map<string, number>();
  for (const { membership } of workloads) {
    if (membership.answer === 'unknown')
      causes.set(membership.reason.text, (causes.get(membership.reason.text) ?? 0) + 1);
  }
  const sorted = [...causes].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  for (const [text, number] of sorted.slice(0, MOST)) lines.push(`unknown: ${number} because ${visibleText(text)}`);
  const more = sorted.slice(MOST).reduce((sum, [, number]) => sum + number, 0);
  if (more > 0) lines.push(`unknown: ${more} more for other reasons`);
  return lines;
}

/** One workload, with all that is known of it. */
export function whyText(workload: WorkloadReport, color: boolean): string {
  const paint = painter(color);
  const { resource, location } = workload;
  const title = `${resource.kind} ${resource.namespace === undefined ? '' : `${resource.namespace}/`}${resource.name}`;
  const blocks = [
    [`${paint('bold', visibleText(title))}  ${where(location, paint)}`],
    membershipBlock(workload, paint),
    servicesBlock(workload, paint),
    identityBlock(workload, paint),
    findingsBlock(workload, paint),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function membershipBlock(workload: WorkloadReport, paint: Paint): string[] {
  const { membership, istio, ambient, linkerd, sidecar } = workload;
  const rejected = istio.outcome === 'rejected';
  const answer = rejected ? 'rejected at admission' : membership.answer;
  const how = membership.answer === 'no' ? '' : membership.mode === null ? '' : `, ${MODE_WORDS[membership.mode]}`;
  const style = ANSWER_STYLES[rejected ? 'rejected' : membership.answer];
  const lines = [`${paint('bold', 'In the mesh')}  ${paint(style, answer)}${rejected ? '' : how}`];
  const told = new Set<string>();
  const tell = (facts: readonly FactReport[]) => {
    for (const fact of facts) {
      if (told.has(fact.text)) continue;
      told.add(fact.text);
      lines.push(`  ${visibleText(fact.text)}${fact.location ? `  ${where(fact.location, paint)}` : ''}`);
    }
  };
  tell(istio.facts);
  if (ambient.answer !== 'no') tell(ambient.facts);
  if (linkerd.outcome === 'injected') tell(linkerd.facts);
  tell([membership.reason]);
  if (istio.outcome === 'injected' && istio.revision !== null)
    lines.push(
      `  injected by revision ${visibleText(istio.revision)}, template ${visibleText(istio.templates.join(', '))}`,
    );
  // Who opted out of ambient mode turns that first; a sidecar would be another mesh than the one of the namespace.
  const change = membership.answer === 'no' ? (ambient.change ?? istio.change) : istio.change;
  // Who is in another mesh asks for no sidecar of Istio's.
  if (change !== null && membership.mode !== 'linkerd')
    lines.push(
      `  ${paint('cyan', istio.outcome === 'unknown' ? 'to decide it' : 'to turn it')}: ${visibleText(change)}`,
    );
  if (sidecar.present !== 'no')
    lines.push(
      '',
      `${paint('bold', 'Sidecar')}  ${sidecar.form}${sidecar.present === 'unknown' ? ', if there is one' : ''}`,
      `  ${visibleText(sidecar.reason)}`,
    );
  return lines;
}

const MODE_WORDS = {
  sidecar: 'with a sidecar of Istio',
  ambient: 'by the ztunnel of the node (ambient mode)',
  linkerd: 'with the proxy of Linkerd',
  proxyless: 'without a proxy, by the gRPC library',
  gateway: 'as a gateway',
} as const satisfies Record<NonNullable<WorkloadReport['membership']['mode']>, string>;

function servicesBlock({ services, otherPorts, membership }: WorkloadReport, paint: Paint): string[] {
  // Linkerd looks at no names of ports.
  const named = membership.mode !== 'linkerd';
  const lines = services.slice(0, MOST).flatMap((service) => serviceLines(service, named, paint));
  if (services.length > MOST) lines.push(`and ${services.length - MOST} more Services`);
  if (services.length === 0) lines.push(`${paint('bold', 'Services')}  none of those read selects the pods`);
  if (otherPorts.length > 0) lines.push(paint('bold', 'Ports without a Service'));
  for (const { number, name, location, inbound } of otherPorts.slice(0, MOST)) {
    lines.push(
      `  ${number}${name ? ` (${visibleText(name)})` : ''}  ${where(location, paint)}`,
      `    inbound   ${visibleText(inbound)}`,
    );
  }
  if (otherPorts.length > MOST) lines.push(`  and ${otherPorts.length - MOST} more`);
  return lines;
}

function serviceLines({ resource, location, type, ports }: ServiceReport, named: boolean, paint: Paint): string[] {
  const title = `Service ${resource.namespace ?? ''}/${resource.name}`;
  const shown = ports.slice(0, MOST).flatMap((port) => portLines(port, named, paint));
  const more = ports.length > MOST ? [`  and ${ports.length - MOST} more ports`] : [];
  return [`${paint('bold', visibleText(title))}  ${visibleText(type)}  ${where(location, paint)}`, ...shown, ...more];
}

function portLines(port: PortReport, named: boolean, paint: Paint): string[] {
  const target = port.target ?? '?';
  const name = port.name === null ? '' : ` (${visibleText(port.name)})`;
  const protocol = named ? `${paint('cyan', port.protocol)}, ${visibleText(port.reason)}  ` : '';
  return [
    `  ${port.number ?? '?'}${name} -> ${target}  ${protocol}${where(port.location, paint)}`,
    `    outbound  ${visibleText(port.outbound)}`,
    `    inbound   ${visibleText(port.inbound)}`,
  ];
}

function identityBlock({ identity, resource, membership }: WorkloadReport, paint: Paint): string[] {
  if (membership.answer === 'no') return [];
  const part = (label: string, { value, from }: WorkloadReport['identity']['name']) =>
    `  ${label.padEnd(9)} ${visibleText(value ?? 'not known')}, ${visibleText(from.text)}${from.location ? `  ${where(from.location, paint)}` : ''}`;
  if (membership.mode === 'linkerd') {
    const { serviceAccount } = identity;
    const name = `${serviceAccount}.${resource.namespace ?? ''}.serviceaccount.identity.linkerd.cluster.local`;
    return [paint('bold', 'Identity'), `  ${visibleText(name)}, where nothing else is installed`];
  }
  return [
    paint('bold', 'Identity'),
    part('name', identity.name),
    part('revision', identity.revision),
    `  principal cluster.local/ns/${visibleText(resource.namespace ?? '')}/sa/${visibleText(identity.serviceAccount)}`,
  ];
}

function findingsBlock({ findings }: WorkloadReport, paint: Paint): string[] {
  if (findings.length === 0) return [`${paint('bold', 'Findings')}  none`];
  const lines = findings.slice(0, MOST).map(({ severity, message, ruleId, location }) => {
    const label = paint(SEVERITY_STYLES[severity], severity.padEnd(7));
    return `  ${label}  ${visibleText(message)}\n           ${paint('dim', ruleId)}  ${where(location, paint)}`;
  });
  if (findings.length > MOST) lines.push(`  and ${findings.length - MOST} more; meshvet lint shows all`);
  return [paint('bold', 'Findings'), ...lines];
}

function where({ file, start }: Location, paint: Paint): string {
  return paint('dim', `${visibleText(file)}:${start.line}`);
}

function alignColumns(rows: readonly (readonly Cell[])[], paint: Paint): string[] {
  const widths = (rows[0] ?? []).map((_, i) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[i]?.text ?? '')), 0),
  );
  return rows.map((row) =>
    row
      .map(({ text, style }, i) => {
        const painted = style ? paint(style, text) : text;
        return i === row.length - 1 ? painted : painted + ' '.repeat((widths[i] as number) - displayWidth(text));
      })
      .join('  '),
  );
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
