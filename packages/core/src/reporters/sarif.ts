import type {
  Invocation,
  Log,
  Notification,
  PhysicalLocation,
  ReportingDescriptor,
  Result,
  Location as SarifLocation,
} from 'sarif';
import type { Finding, LintResult, Location, RuleDescription } from '../lint/result.ts';
import { SEVERITIES, type Severity } from '../source/severity.ts';
import { beginning } from './cut-text.ts';
import { MAX_SARIF_RESULTS } from './formats.ts';
import { markdownCode, markdownText } from './markdown-text.ts';
import type { Reporter, ReportInfo } from './reporter.ts';
import { isOutside, repositoryPath } from './repository-path.ts';
import { shownFindings } from './shown-findings.ts';
import { visibleJson, visibleText } from './visible-text.ts';

/** GitHub shows 100 places of a result. */
const MAX_RELATED = 100;
/** Places that the message links to. */
const MAX_LINKS = 10;
/** GitHub's limit for descriptions. */
const LONGEST_DESCRIPTION = 1_024;
const LONGEST_NAME = 255;
const MAX_NOTES = 100;

const ROOT = '%SRCROOT%';
const LEVEL = { error: 'error', warning: 'warning', info: 'note' } as const satisfies Record<Severity, Result['level']>;
/** The names that GitHub has for severities. */
const PROBLEM_SEVERITY: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'recommendation',
};

/**
 * SARIF 2.1.0 for code scanning. Suppressed findings are left out, since GitHub would show them as alerts. Graver findings stand
 * first, and beyond 5,000 the rest is left out with a notification: GitHub would drop results without a word.
 */
export const sarif: Reporter = (result, info) => {
  const all = shownFindings(result, info);
  const findings = SEVERITIES.flatMap((severity) => all.filter((finding) => finding.severity === severity));
  const kept = findings.slice(0, MAX_SARIF_RESULTS);
  const rules = descriptions(kept, info);
  const indexOf = new Map(rules.map(({ id }, i) => [id, i]));
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: info.tool.name,
            version: info.tool.version,
            semanticVersion: info.tool.version,
            ...(info.tool.url === undefined ? {} : { informationUri: info.tool.url }),
            rules: rules.map(descriptor),
          },
        },
        automationDetails: { id: `${info.tool.name}/${info.category === undefined ? '' : `${info.category}/`}` },
        // Columns of findings count as editors do; a carriage return alone ends a line of YAML too.
        columnKind: 'utf16CodeUnits',
        newlineSequences: ['\r\n', '\n', '\r'],
        originalUriBaseIds: { [ROOT]: { description: { text: 'The root of the repository.' } } },
        invocations: [invocation(result, findings.length - kept.length, indexOf, info)],
        results: kept.map((finding) => sarifResult(finding, indexOf, info)),
      },
    ],
  };
  return `${visibleJson(JSON.stringify(log, null, 2))}\n`;
};

/** The rules of the run, and those of findings that are not among them. */
function descriptions(findings: readonly Finding[], info: ReportInfo): RuleDescription[] {
  const known = new Map<string, RuleDescription>();
  for (const rule of info.rules ?? []) known.set(rule.id, rule);
  for (const { ruleId, message, why, fix, severity, codes } of findings) {
    if (!known.has(ruleId)) known.set(ruleId, { id: ruleId, summary: message, why, fix, severity, codes });
  }
  return [...known.values()];
}

function descriptor({ id, summary, why, fix, severity, codes }: RuleDescription): ReportingDescriptor {
  const lines = [summary, why, fix].filter((line) => line !== '');
  const others = codes.length > 0 ? [`Other tools say: ${codes.join(', ')}.`] : [];
  return {
    id,
    name: visibleText(pascalCase(id)).slice(0, LONGEST_NAME),
    shortDescription: { text: shorten(visibleText(summary)) },
    fullDescription: { text: shorten(visibleText(why === '' ? summary : why)) },
    help: {
      text: [...lines, ...others].map(visibleText).join('\n'),
      markdown: [
        `**${markdownText(summary)}**`,
        ...(why === '' ? [] : [`Why: ${markdownText(why)}`]),
        ...(fix === '' ? [] : [`Fix: ${markdownText(fix)}`]),
        ...others.map(markdownText),
        `More: ${markdownCode(`meshvet explain ${id}`)}`,
      ].join('\n\n'),
    },
    defaultConfiguration: { level: LEVEL[severity] },
    properties: {
      tags: ['kubernetes', 'service-mesh', ...(/^[a-z]+-/.test(id) ? [id.slice(0, id.indexOf('-'))] : [])],
      precision: 'high',
      'problem.severity': PROBLEM_SEVERITY[severity],
    },
  };
}

function sarifResult(finding: Finding, indexOf: ReadonlyMap<string, number>, info: ReportInfo): Result {
  const { ruleId, severity, message, why, fix, location, resource, fingerprint } = finding;
  const related = finding.related.slice(0, MAX_RELATED);
  const links = related.slice(0, MAX_LINKS).map((one, i) => `[${linkText(one.message)}](${i + 1})`);
  const lines = [message, why, fix].filter((line) => line !== '').map(plainText);
  if (links.length > 0) lines.push(`See: ${links.join(', ')}.`);
  const name = resource && `${resource.namespace === undefined ? '' : `${resource.namespace}/`}${resource.name}`;
  return {
    ruleId,
    ruleIndex: indexOf.get(ruleId) as number,
    level: LEVEL[severity],
    message: { text: lines.join('\n') },
    locations: [
      {
        physicalLocation: physicalLocation(location, info),
        ...(resource
          ? {
              logicalLocations: [
                {
                  name: visibleText(resource.name),
                  fullyQualifiedName: visibleText(`${resource.kind} ${name}`),
                  kind: 'resource',
                },
              ],
            }
          : {}),
      },
    ],
    ...(related.length > 0
      ? {
          relatedLocations: related.map(
            (one, i): SarifLocation => ({
              id: i + 1,
              message: { text: plainText(one.message) },
              physicalLocation: physicalLocation(one.location, info),
            }),
          ),
        }
      : {}),
    // A key of our own: the one that GitHub reads is a hash of the source, which the upload works out by itself.
    partialFingerprints: { 'meshvet/v1': fingerprint },
  };
}

function physicalLocation({ file, start, end }: Location, info: ReportInfo): PhysicalLocation {
  const path = repositoryPath(file, info.folder);
  return {
    artifactLocation: { uri: uriOf(path), ...(isOutside(path) ? {} : { uriBaseId: ROOT }) },
    region: { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column },
  };
}

/** The path as URI reference, each segment percent-encoded. A broken character (half a surrogate pair) has no encoding. */
function uriOf(path: string): string {
  const encoded = path.split('/').map((segment) => encodeURIComponent(segment.replace(/\p{Cs}/gu, '\ufffd')));
  if (path.startsWith('/')) return `file://${encoded.join('/')}`;
  return /^[A-Za-z]:\//.test(path)
    ? `file:///${path.charAt(0)}:${encoded
        .slice(1)
        .map((s) => `/${s}`)
        .join('')}`
    : encoded.join('/');
}

function invocation(
  result: LintResult,
  leftOut: number,
  indexOf: ReadonlyMap<string, number>,
  info: ReportInfo,
): Invocation {
  const failures = result.failures.map(({ ruleId, subject, message }): Notification => {
    const index = indexOf.get(ruleId);
    return {
      level: 'error',
      message: { text: plainText(`Rule ${ruleId} broke on ${subject}: ${message}`) },
      ...(index === undefined ? {} : { associatedRule: { id: ruleId, index } }),
    };
  });
  const note = (text: string, location?: Location): Notification => ({
    level: 'note',
    message: { text: plainText(text) },
    ...(location ? { locations: [{ physicalLocation: physicalLocation(location, info) }] } : {}),
  });
  const notes = [
    ...result.unusedSuppressions.map(({ message, location }) => note(message, location)),
    ...result.notes.map(({ message }) => note(message)),
    ...result.undecided.map(({ question, needs }) => note(`Undecided: ${question}; what would tell: ${needs}`)),
  ];
  const notifications: Notification[] = [...failures];
  if (leftOut > 0) {
    const total = MAX_SARIF_RESULTS + leftOut;
    notifications.push({
      level: 'warning',
      message: {
        text: `${leftOut} of ${total} findings are left out, the least grave ones: GitHub keeps ${MAX_SARIF_RESULTS} results.`,
      },
    });
  }
  if (!info.quiet) notifications.push(...notes.slice(0, MAX_NOTES));
  return {
    executionSuccessful: failures.length === 0,
    ...(notifications.length > 0 ? { toolExecutionNotifications: notifications } : {}),
  };
}

/**
 * Text of a message. `[words](target)` in it would be a link (SARIF 2.1.0, 3.11.6), so brackets and backslashes are escaped
 * where they could be read so; elsewhere they stay, since viewers show the backslash of an escape that nothing calls for.
 */
function plainText(text: string): string {
  const visible = visibleText(text);
  return /\]\(|\\[\\[\]]/.test(visible) ? linkText(text) : visible;
}

function linkText(text: string): string {
  return visibleText(text).replace(/[\\[\]]/g, '\\$&');
}

function pascalCase(id: string): string {
  return id.replace(/(?:^|[^a-zA-Z0-9]+)([a-zA-Z0-9]?)/g, (_, character: string) => character.toUpperCase());
}

function shorten(text: string): string {
  if (text.length <= LONGEST_DESCRIPTION) return text;
  return `${beginning(text, LONGEST_DESCRIPTION - 3)}...`;
}
