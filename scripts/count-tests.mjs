// Prints "N passed, M failed" of a report that vitest wrote as JSON: `node scripts/count-tests.mjs REPORT`.
// A test file that could not be loaded has no tests to count, so it counts as one that failed.
import { existsSync, readFileSync } from 'node:fs';

const [report] = process.argv.slice(2);
const {
  numPassedTests = 0,
  numFailedTests = 0,
  testResults = [],
} = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
const broken = testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
);
const failed = numFailedTests + broken.length;
console.log(`${numPassedTests} passed, ${failed} failed`);
process.exitCode = failed > 0 || numPassedTests === 0 ? 1 : 0;
