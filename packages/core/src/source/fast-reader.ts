import { type Event, getScalarValue, parseEvents, YAMLException } from 'js-yaml';
import { type BuiltDocument, DocumentBuilder, Refusal, type Scratch } from './document-builder.ts';
import { doubleQuoted } from './double-quoted.ts';
import type { ReadLimits } from './read-limits.ts';
import { keyOf, keyOfValue, plainScalar, REFUSED, type ScalarValue, taggedScalar } from './scalar.ts';
import { afterMark, blockEnd, blockIndicator, endsInColon } from './scalar-place.ts';
import type { DocumentText } from './split-documents.ts';

/** A document, and beside it what js-yaml is given instead of its text, where that differs (same offsets). */
type FastText = DocumentText & { readonly masked?: string };

/** The fast reader gives up here: the full reader decides, and finds the words. */
export interface GaveUp {
  readonly gaveUpAt: number;
}

// Numbers of js-yaml's EVENT_ID and SCALAR_STYLE: as constants of this module the loop below compares with literals.
const DOCUMENT = 1;
const SEQUENCE = 2;
const MAPPING = 3;
const SCALAR = 4;
const ALIAS = 5;
const PLAIN = 1;
const DOUBLE_QUOTED = 3;
const LITERAL_BLOCK = 4;
const FLOW = 2;

const EXCLAMATION = 33;
const AMPERSAND = 38;
const COLON = 58;
const DASH = 45;
const OPEN_LIST = 91;
const OPEN_MAPPING = 123;

/** go-yaml v2 takes no other characters in the names of anchors; js-yaml does. */
const ANCHOR = /^[0-9A-Za-z_-]+$/;

/** A key that is longer must be quoted or explicit (`? `), which the full reader can tell. */
const LONGEST_KEY = 1000;

/**
 * Reads one document in one pass over the events of js-yaml, without nodes between. It gives up on whatever it does not
 * know or js-yaml does not take: then the full reader decides.
 */
export function readFast(document: FastText, limits: ReadLimits, scratch: Scratch): BuiltDocument | GaveUp | Refusal {
  const { text, base } = document;
  let events: Event[];
  try {
    // One more than the limit for the scalar inside, one more to let the builder notice.
    events = parseEvents(document.masked ?? text, { maxDepth: limits.depth + 2 });
  } catch (error) {
    if (!(error instanceof YAMLException)) return { gaveUpAt: base };
    const at = base + (error.mark?.position ?? 0);
    if (error.reason.startsWith('nesting exceeded')) return new Refusal({ limit: 'depth' }, at, at + 1);
    return { gaveUpAt: at };
  }
  try {
    return construct(document, events, new DocumentBuilder(limits, scratch));
  } catch (error) {
    if (error instanceof Refusal) {
      return error.limit === undefined ? { gaveUpAt: error.start } : error;
    }
    throw error;
  }
}

function construct(document: FastText, events: Event[], builder: DocumentBuilder): BuiltDocument | GaveUp {
  const { text, base } = document;
  const masked = document.masked;
  const textEnd = text.length;
  // State of the open collection, and of those around it on a stack. 0: list, 1: a key comes, 2: a value comes.
  let expects = 0;
  // Offset of the opening bracket of a flow collection, else below 0.
  let flowStart = -1;
  const outerExpects: number[] = [];
  const outerFlowStart: number[] = [];
  let lastEnd = 0;
  let depth = 0;

  for (let i = 0; i < events.length; i++) {
    const event = events[i] as Event;
    switch (event.type) {
      case SCALAR: {
        const { valueStart, valueEnd, style, tagStart, anchorStart } = event;
        const tag = tagStart < 0 ? undefined : text.slice(tagStart, event.tagEnd);
        let anchor: string | undefined;
        if (anchorStart >= 0) {
          anchor = text.slice(anchorStart, event.anchorEnd);
          if (!ANCHOR.test(anchor)) return { gaveUpAt: base + anchorStart };
        }
        const written =
          valueStart < 0
            ? ''
            : event.fast && masked === undefined
              ? text.slice(valueStart, valueEnd)
              : style === DOUBLE_QUOTED
                ? doubleQuoted(text.slice(valueStart, valueEnd))
                : getScalarValue(text, masked === undefined ? event : { ...event, fast: false });
        // Where it is written, with its quotes or block header.
        let start = valueStart;
        let end = valueEnd;
        if (style !== PLAIN) {
          if (style < LITERAL_BLOCK) {
            start--;
            end++;
          } else {
            start = blockIndicator(text, Math.max(lastEnd, event.tagEnd, event.anchorEnd), textEnd);
            // At the root it is no resource, and where it ends before a comment is read differently.
            if (start < 0 || depth === 0) return { gaveUpAt: base + valueStart };
            end = blockEnd(text, start, valueEnd);
          }
        }
        if (expects === 1) {
          const keyTakesMore = start < 0 || (anchor !== undefined && tag !== undefined);
          if (keyTakesMore || valueEnd - valueStart > LONGEST_KEY) return { gaveUpAt: base + Math.max(start, lastEnd) };
          // `[fe80::]` is text for go-yaml, and a mapping for YAML 1.2.
          if (flowStart !== -1 && style === PLAIN && endsInColon(masked ?? text, end))
            return { gaveUpAt: base + start };
          expects = 2;
          if (written === '<<' && style === PLAIN && tag === undefined) {
            builder.mergeKey(base + start, base + end);
          } else {
            const key = keyOf(written, style === PLAIN, tag);
            if (key === undefined || tag === '!!merge') return { gaveUpAt: base + Math.max(start, 0) };
            builder.key(key, base + start, base + end);
            if (anchor !== undefined) {
              builder.anchorKey(anchor, style === PLAIN && tag === undefined ? plainScalar(written) : written);
            }
          }
          lastEnd = end;
          break;
        }
        let value: ScalarValue | typeof REFUSED;
        if (tag !== undefined) value = taggedScalar(written, tag);
        else if (style === PLAIN) value = plainScalar(written);
        else value = written;
        if (value === REFUSED) return { gaveUpAt: base + Math.max(start, lastEnd) };
        if (anchor !== undefined) builder.anchor(anchor);
        if (start < 0) {
          builder.scalar(value, -1, -1);
          if (flowStart < 0 && depth > 0) {
            // Nothing written: the end of the collection is after the colon or the dash.
            const after = afterMark(text, lastEnd, textEnd, expects === 2 ? COLON : DASH);
            if (after > 0) lastEnd = after;
          }
          lastEnd = Math.max(lastEnd, event.tagEnd, event.anchorEnd);
        } else {
          builder.scalar(value, base + start, base + end);
          lastEnd = end;
        }
        if (expects === 2) expects = 1;
        break;
      }
      case MAPPING:
      case SEQUENCE: {
        const first = text.charCodeAt(event.start);
        // Complex keys; and a first key with an anchor or tag, before which js-yaml lets the mapping begin.
        if (expects === 1 || first === AMPERSAND || first === EXCLAMATION) return { gaveUpAt: base + event.start };
        if (event.anchorStart >= 0) {
          const anchor = text.slice(event.anchorStart, event.anchorEnd);
          if (!ANCHOR.test(anchor)) return { gaveUpAt: base + event.anchorStart };
          builder.anchor(anchor);
        }
        builder.open(event.type === SEQUENCE, base + event.start);
        outerExpects[depth] = expects === 2 ? 1 : 0;
        outerFlowStart[depth++] = flowStart;
        expects = event.type === MAPPING ? 1 : 0;
        flowStart = event.style === FLOW ? event.start : -1;
        if (flowStart >= 0) {
          // `[a: b]`: the mapping inside has no brackets of its own.
          if (first !== (expects === 1 ? OPEN_MAPPING : OPEN_LIST)) flowStart = -2;
          else lastEnd = flowStart + 1;
        } else {
          lastEnd = event.start;
        }
        break;
      }
      case ALIAS: {
        const name = text.slice(event.anchorStart, event.anchorEnd);
        const start = base + event.anchorStart - 1;
        const end = base + event.anchorEnd;
        if (!ANCHOR.test(name)) return { gaveUpAt: start };
        if (expects === 1) {
          const key = keyOfValue(builder.aliasValue(name, start, end));
          if (key === undefined) return { gaveUpAt: start };
          builder.key(key, start, end);
          expects = 2;
        } else {
          builder.alias(name, start, end);
          if (expects === 2) expects = 1;
        }
        lastEnd = event.anchorEnd;
        break;
      }
      case DOCUMENT:
        // The stream was cut before: what looks like a start here is an indented text of three dashes.
        if (event.explicitStart || builder.slots > 0 || event.directives.length > 0) return { gaveUpAt: base };
        break;
      default: {
        // The end of a collection, or of the document.
        if (depth === 0) break;
        if (flowStart >= 0) {
          const bracket = text.charCodeAt(flowStart);
          const after = afterMark(text, lastEnd, textEnd, bracket + 2);
          if (after < 0) return { gaveUpAt: base + lastEnd };
          lastEnd = after;
        }
        builder.close(base + lastEnd);
        expects = outerExpects[--depth] as number;
        flowStart = outerFlowStart[depth] as number;
      }
    }
  }
  if (builder.slots === 0) return { gaveUpAt: base };
  return builder.finish();
}
