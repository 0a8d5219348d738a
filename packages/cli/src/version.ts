/** Set by the build (`scripts/build.mjs`), so that the bundle does not open its package file. */
declare const MESHVET_VERSION: string | undefined;

/** What the tool calls itself in reports. */
export const TOOL = { name: 'meshvet', version: version() } as const;

function version(): string {
  if (typeof MESHVET_VERSION === 'string') return MESHVET_VERSION;
  const { createRequire } = process.getBuiltinModule('node:module');
  return (createRequire(import.meta.url)('meshvet/package.json') as { version: string }).version;
}
