import { chownSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  bundle,
  commitAll,
  folderWith,
  git,
  pod,
  runStep,
  type Step,
  type StepOptions,
  service,
  write,
} from './step.ts';

// Real repositories, checked out as actions/checkout does it.

let entry = '';
let origin = '';
/** Commits: the base of the pull request, its head, what came to main meanwhile, and the merge that is checked out. */
const at = { base: '', head: '', main: '', merge: '' };

beforeAll(() => {
  entry = bundle();
  origin = folderWith({ 'old.yaml': pod('old'), 'both.yaml': `${pod('first')}---\n${pod('second', 'true')}` });
  git(origin, 'init', '--quiet');
  at.base = commitAll(origin);
  git(origin, 'checkout', '--quiet', '-b', 'change');
  write(origin, 'new.yaml', pod('new'));
  write(origin, 'both.yaml', `${pod('first')}---\n${pod('second', 'no-such-word')}`);
  at.head = commitAll(origin);
  git(origin, 'checkout', '--quiet', 'main');
  write(origin, 'meanwhile.yaml', pod('meanwhile'));
  at.main = commitAll(origin);
  git(origin, 'checkout', '--quiet', '-b', 'merged');
  git(origin, 'merge', '--quiet', '--no-ff', '--message', 'merge', 'change');
  at.merge = git(origin, 'rev-parse', 'HEAD');
});

function clone(branch: string, depth?: number): string {
  const folder = folderWith();
  const shallow = depth === undefined ? [] : [`--depth=${depth}`];
  git(folder, 'clone', '--quiet', '--branch', branch, ...shallow, pathToFileURL(origin).href, 'work');
  return join(folder, 'work');
}

const run = (workspace: string, event: object | string | undefined, more: Partial<StepOptions> = {}): Step =>
  runStep(entry, { workspace, inputs: { 'changed-only': 'true' }, ...(event === undefined ? {} : { event }), ...more });

const filesOf = (step: Step) =>
  step.annotations.flatMap(({ properties: { file, line } }) => (file === undefined ? [] : [`${file}:${line}`]));

const CHANGED = ['both.yaml:22', 'new.yaml:9'];
const ALL = ['both.yaml:9', 'both.yaml:22', 'meanwhile.yaml:9', 'new.yaml:9', 'old.yaml:9'];

const pullRequest = () => ({ pull_request: { base: { sha: at.base }, head: { sha: at.head } } });

describe('a pull request', () => {
  test('has the findings of its own lines, also where the base of the event is old', () => {
    const step = run(clone('merged'), pullRequest(), { eventName: 'pull_request' });
    expect(filesOf(step)).toEqual(CHANGED);
    expect(step.outputs.get('error-count')).toBe('2');
    expect(step.status).toBe(1);
  });

  test('needs two commits of history only', () => {
    expect(filesOf(run(clone('merged', 2), pullRequest()))).toEqual(CHANGED);
  });

  test('of which the last commit is checked out is compared with where it began', () => {
    expect(filesOf(run(clone('change'), pullRequest()))).toEqual(CHANGED);
    const newer = { pull_request: { base: { sha: at.main }, head: { sha: at.head } } };
    expect(filesOf(run(clone('change'), newer))).toEqual(CHANGED);
  });

  test('in a shallow checkout has the whole report, and a word on how to get another', () => {
    const step = run(clone('merged', 1), pullRequest());
    expect(filesOf(step)).toEqual(ALL);
    expect(step.status).toBe(1);
    const told = step.annotations.filter(({ name }) => name === 'warning');
    expect(told.map(({ data }) => data)).toEqual([
      `changed-only: all findings are reported, since commit ${at.base} is not in this checkout; this checkout is shallow: give actions/checkout more of the history, with fetch-depth: 0`,
    ]);
    expect(step.summary).toContain('fetch-depth: 0');
  });

  test('of which only the base is checked out (pull_request_target) is not taken for clean', () => {
    const workspace = clone('main');
    git(workspace, 'checkout', '--quiet', at.base);
    const step = run(workspace, pullRequest(), { eventName: 'pull_request_target' });
    expect(filesOf(step)).toEqual(['both.yaml:9', 'old.yaml:9']);
    expect(step.log).toContain('the base itself is checked out');
  });

  test('below the root of the repository', () => {
    const workspace = clone('merged');
    write(workspace, 'below/there.yaml', service('there'));
    git(workspace, 'add', '--all');
    const step = run(workspace, pullRequest(), {
      inputs: { 'changed-only': 'true', 'working-directory': 'below', paths: '..' },
    });
    expect(filesOf(step)).toEqual([...CHANGED, 'below/there.yaml:6']);
  });
});

test('a merge queue has its base', () => {
  const event = { merge_group: { base_sha: at.main, head_sha: at.merge } };
  expect(filesOf(run(clone('merged'), event, { eventName: 'merge_group' }))).toEqual(CHANGED);
});

describe('a push', () => {
  test('is compared with what was there before', () => {
    expect(filesOf(run(clone('merged'), { before: at.main }))).toEqual(CHANGED);
  });

  test('of a new branch has the whole report', () => {
    const step = run(clone('merged'), { before: '0'.repeat(40) });
    expect(filesOf(step)).toEqual(ALL);
    expect(step.log).toContain('the branch is new');
  });

  test('that rewrote history has the whole report', () => {
    const step = run(clone('merged'), { before: 'ab'.repeat(20) });
    expect(filesOf(step)).toEqual(ALL);
    expect(step.log).toContain('it was rewritten, or never fetched');
  });

  test('with another history has the whole report', () => {
    const workspace = clone('merged');
    git(workspace, 'checkout', '--quiet', '--orphan', 'other');
    const other = commitAll(workspace);
    git(workspace, 'checkout', '--quiet', 'merged');
    const step = run(workspace, { before: other });
    expect(filesOf(step)).toEqual(ALL);
    expect(step.log).toContain('no ancestor in common');
  });
});

describe('without what it needs changed-only has the whole report', () => {
  test.each([
    ['an event without commits', { action: 'started' }, 'the event "schedule" tells no commit'],
    ['no event', undefined, 'there is no event'],
    ['an event that is no JSON', '{ "before": ', 'the file of the event cannot be read'],
    ['an event that is a list', '[]', 'holds no event'],
    ['a commit that is a flag', { before: '--output=owned' }, 'names a commit that is none'],
    [
      'a head that is a flag',
      { pull_request: { base: { sha: 'ab'.repeat(20) }, head: { sha: '--all' } } },
      'that is none',
    ],
    ['a commit that is a command', { before: '$(touch owned)\n::error::owned' }, 'names a commit that is none'],
    ['a base that is none', { pull_request: { base: { sha: 5 } }, before: 3 }, 'tells no commit'],
  ])('%s', (_what, event, words) => {
    const step = run(clone('merged'), event, { eventName: 'schedule' });
    expect(filesOf(step)).toEqual(ALL);
    expect(step.log).toContain(words);
    expect(step.annotations.filter(({ name }) => name === 'warning').length).toBe(1);
  });

  test('no repository', () => {
    const workspace = clone('merged');
    rmSync(join(workspace, '.git'), { recursive: true });
    // A folder above may be a repository by chance; the tests lie in none.
    const step = run(workspace, { before: at.main }, { env: { GIT_CEILING_DIRECTORIES: workspace } });
    expect(filesOf(step)).toEqual(ALL);
    expect(step.log).toContain('git knows no commit here');
  });

  test('no git', () => {
    const step = run(clone('merged'), { before: at.main }, { env: { PATH: folderWith() } });
    expect(filesOf(step)).toEqual(ALL);
    expect(step.log).toContain('there is no program git on this machine');
  });
});

// git refuses the repository of another user, which is what a job in a container finds. Only root can give files away.
test.runIf(process.getuid?.() === 0)('a checkout that belongs to another user is read', () => {
  const workspace = clone('merged');
  for (const path of [workspace, join(workspace, '.git')]) chownSync(path, 12_345, 12_345);
  expect(filesOf(run(workspace, pullRequest()))).toEqual(CHANGED);
});
