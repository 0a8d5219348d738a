#!/usr/bin/env node
import module from 'node:module';

module.enableCompileCache?.(); // Node 22 and later; has to come before the bundle is loaded.
const { main, nodeHost } = await import('../dist/meshvet/main.js');
process.exitCode = await main(process.argv.slice(2), nodeHost());
