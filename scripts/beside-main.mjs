const LATE = 'beside-main';

/**
 * Lets every module that is imported late import the entry too, which is there by then. What the entry reaches is then reached
 * from everywhere, and goes into one chunk: else there would be one for each set of modules that share something, and every chunk
 * is a file to open at each start.
 */
export function besideMain(main) {
  return {
    name: LATE,
    setup(esbuild) {
      esbuild.onResolve({ filter: /^beside-main:main$/ }, () => ({ path: main }));
      esbuild.onResolve({ filter: /.*/ }, async ({ kind, path, importer, namespace, resolveDir, pluginData }) => {
        if (kind !== 'dynamic-import' || pluginData === LATE) return undefined;
        const found = await esbuild.resolve(path, { kind, importer, namespace, resolveDir, pluginData: LATE });
        if (found.errors.length > 0 || found.external) return found;
        return { path: found.path, namespace: LATE, pluginData: found.namespace };
      });
      esbuild.onResolve({ filter: /^beside-main:late:/ }, ({ path, pluginData }) => ({
        path: path.slice(LATE.length + ':late:'.length),
        namespace: pluginData,
      }));
      esbuild.onLoad({ filter: /.*/, namespace: LATE }, ({ path, pluginData }) => ({
        // An import for nothing would be left out: our packages say that their modules do nothing when they are loaded.
        contents: `export { main } from 'beside-main:main';\nexport * from ${JSON.stringify(`beside-main:late:${path}`)};`,
        pluginData,
      }));
    },
  };
}
