import { checkstyle } from './checkstyle.ts';
import { compact } from './compact.ts';
import type { FormatName } from './formats.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import type { Reporter } from './reporter.ts';
import { sarif } from './sarif.ts';
import { text } from './text.ts';

/** The reporters by the name of their format. */
export const REPORTERS: Readonly<Record<FormatName, Reporter>> = {
  text,
  json,
  sarif,
  github,
  gitlab,
  junit,
  checkstyle,
  markdown,
  compact,
};
