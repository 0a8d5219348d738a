/** Folders that hold input and output of tests, by the names that test tools and languages give them. */
const TEST_FOLDERS =
  /(?:^|\/)(?:testdata|test-data|fixtures?|__fixtures__|golden|test\/(?:data|resources|files)|tests?\/(?:data|input|inputs|files))\//i;
const BROKEN = /(?:^|[^a-z])(?:invalid|malformed|broken|bad|error|garbage|corrupt|negative)(?:[^a-z]|$)/i;

/** Whether a file is input of a test that is meant to be refused: test data, and its name says so. */
export function isBrokenOnPurpose(path: string): boolean {
  return TEST_FOLDERS.test(path) && BROKEN.test(path.slice(path.lastIndexOf('/') + 1));
}

/** The name of the outermost folder of test data above a file, by its path; undefined for files that lie in none. */
export function testFolderOf(path: string): string | undefined {
  return TEST_FOLDERS.exec(path)?.[0].replace(/^\/|\/$/g, '');
}

const ONE_AT_A_TIME =
  /(?:^|\/)(?:tests?|e2e|integration|docs?|guides?|tutorials?|labs?|steps?|exercises?|samples?|examples?|demos?|snippets?)\//i;

/** Whether a file lies among tests or lessons, by its folders: their manifests are applied one at a time, and many are alternatives. */
export function isAppliedAlone(path: string): boolean {
  return TEST_FOLDERS.test(path) || ONE_AT_A_TIME.test(path);
}
