/** The formats by the name that `--format` takes, each with the file name that suits it. */
export const FORMAT_FILES = {
  text: 'report.txt',
  json: 'report.json',
  sarif: 'report.sarif',
  github: 'annotations.txt',
  gitlab: 'gl-code-quality-report.json',
  junit: 'junit.xml',
  checkstyle: 'checkstyle.xml',
  markdown: 'report.md',
  compact: 'report.txt',
} as const;

/** The name of a format of reports. */
export type FormatName = keyof typeof FORMAT_FILES;

/** The formats of reports, `text` first. */
export const FORMATS = Object.keys(FORMAT_FILES) as readonly FormatName[];

/** GitHub keeps 5,000 results of a run, and it is not said which. */
export const MAX_SARIF_RESULTS = 5_000;
