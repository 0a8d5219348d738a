import { defineConfig } from 'vitest/config';

// Tests run on the sources: no build is needed to try a change (only the end-to-end tests start the built bin).
export default defineConfig({
  ssr: { resolve: { conditions: ['@meshvet/source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'scripts/**/*.test.ts',
      'examples/plugin/**/*.test.js',
    ],
    // Against tests that hang; no test asserts a time, and a busy machine takes many times as long.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
