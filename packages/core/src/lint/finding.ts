import { type Resource, writtenNameOf } from '../manifest/resource.ts';
import type { MessageWords, Related, ReportOptions, Rule, Target, WeighedSeverity } from '../rule/define-rule.ts';
import { Field } from '../source/field.ts';
import type { Span } from '../source/position.ts';
import type { Edit, Severity } from '../source/severity.ts';
import type { SourceFile } from '../source/source-file.ts';
import { fieldPath } from './field-path.ts';
import { hashText } from './fingerprint.ts';
import type { Finding, Location, ResourceRef } from './result.ts';

/** What a rule said of a subject, before its place is worked out. */
export interface Report {
  readonly rule: Rule;
  readonly at: Target;
  readonly messageId: string;
  readonly data: Readonly<Record<string, string | number>>;
  readonly options: ReportOptions;
  readonly resource: Resource | undefined;
  readonly severity: Severity;
  /** The severity as the rule weighed it, with its reason. */
  readonly weighed?: WeighedSeverity;
}

// Long enough for any name that Kubernetes accepts (253), short enough for one line of a terminal or an annotation.
const LONGEST_VALUE = 260;

/** Fills the words in and makes the places concrete. From here on everything is plain data. */
export function makeFinding(report: Report): Finding {
  const { rule, at, messageId, data, options, severity } = report;
  const resource = options.resource ?? report.resource;
  const location = locate(at, options.onKey);
  const codes = options.codes ?? rule.meta.codes ?? [];
  const ref = resource ? refOf(resource) : null;
  const inFile = (edit: Omit<Edit, 'file'>): Edit => ({ file: options.editsIn?.path ?? location.file, ...edit });
  const own = (rule.meta.perMessage as Readonly<Record<string, MessageWords>> | undefined)?.[messageId];
  const path = at instanceof Field ? fieldPath(at, resource) : '';
  return {
    ruleId: rule.meta.id,
    messageId,
    severity,
    message: withReason(fill((rule.meta.messages as Record<string, string>)[messageId] ?? messageId, data), report),
    why: own?.why ?? rule.meta.why,
    fix: options.fix ?? own?.fix ?? rule.meta.fix,
    codes,
    resource: ref,
    location,
    ...(path === location.pointer ? {} : { fieldPath: path }),
    related: (options.related ?? []).map((related: Related) => ({
      message: related.note,
      location: locate(related.at),
    })),
    ...(options.edits?.length ? { edits: options.edits.map(inFile) } : {}),
    ...(options.suggested?.length ? { suggestedEdits: options.suggested.map(inFile) } : {}),
    fingerprint: hashText(
      [
        rule.meta.id,
        messageId,
        resource?.type ?? '',
        ref?.namespace ?? '',
        ref?.name ?? '',
        location.file,
        location.pointer,
      ].join('\n'),
    ),
  };
}

/** Findings that would share a fingerprint (two of one rule at one field) are counted, in order, so that each has its own. */
export function numberFingerprints<F extends Finding>(findings: readonly F[]): F[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const count = seen.get(finding.fingerprint) ?? 0;
    seen.set(finding.fingerprint, count + 1);
    return count === 0 ? finding : { ...finding, fingerprint: hashText(`${finding.fingerprint}#${count}`) };
  });
}

/** A message that says why it is no graver than it is; of a severity that the user set the condition alone remains. */
function withReason(message: string, { severity, weighed }: Report): string {
  if (!weighed?.because) return message;
  const place = weighed.at
    ? `, ${weighed.at.document.source.path}:${weighed.at.document.source.range(weighed.at.span()).start.line}`
    : '';
  const because = `${severity === weighed.severity ? `${severity}, because ` : ''}${weighed.because}${place}`;
  return message.endsWith('.') ? `${message.slice(0, -1)} (${because}).` : `${message} (${because})`;
}

function fill(template: string, data: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(data, name) ? String(data[name]) : whole;
    return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
  });
}

function locate(at: Target, onKey = false): Location {
  if (at instanceof Field) return locationOf(at.document.source, onKey ? at.keySpan() : at.span(), at.pointer);
  return locationOf(at.source, at.span, at.pointer ?? '');
}

export function locationOf(source: SourceFile, span: Span, pointer: string): Location {
  return { file: source.path, ...source.range(span), pointer };
}

/** The resource as plain data. */
export function refOf(resource: Resource): ResourceRef {
  const { apiVersion, kind, namespace } = resource;
  // As the file has it, where a Kustomization renames it: that is what its reader looks for.
  const name = writtenNameOf(resource);
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}
