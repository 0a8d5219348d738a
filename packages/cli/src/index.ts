// What a program that lints files imports; the command line is `main`.
export { UsageError } from './errors.ts';
export type { Unreadable } from './find-files.ts';
export { type Host, nodeHost } from './host.ts';
export { type LintPathsOptions, lintPaths, type PathsResult } from './lint-paths.ts';
export { main } from './main.ts';
export type { RenderSources } from './rendered-sources.ts';
