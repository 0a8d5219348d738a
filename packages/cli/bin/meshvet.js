#!/usr/bin/env node
// Node 22 and later have it; it has to come before the bundle is loaded.
process.getBuiltinModule('node:module').enableCompileCache?.();
const { main, nodeHost } = await import('../dist/meshvet/main.js');
process.exitCode = await main(process.argv.slice(2), nodeHost());
