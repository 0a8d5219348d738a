/** Folders that hold input and output of tests, by the names that test tools and languages give them. */
const TEST_FOLDERS =
  /(?:^|\/)(?:testdata|test-data|fixtures?|__fixtures__|golden|test\/(?:data|resources|files)|tests?\/(?:data|input|inputs|files))\//i;
const BROKEN = /(?:^|[^a-z])(?:invalid|malformed|broken|bad|error|garbage|corrupt|negative)(?:[^a-z]|$)/i;

/** Whether a file is input of a test that is meant to be refused: test data, and its name says so. */
export function isBrokenOnPurpose(path: string): boolean {
  return TEST_FOLDERS.test(path) && BROKEN.test(path.slice(path.lastIndexOf('/') + 1));
}
