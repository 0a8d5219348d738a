import type { Host } from 'meshvet';

/** The commit to compare with, or why there is none. */
export type ChangeBase = { readonly commit: string } | { readonly reason: string };

/** What the event says of the commits that the change lies between. */
interface EventCommits {
  readonly base: string;
  /** Last commit of the pull request. */
  readonly head?: string;
}

type ProgramEnd = NonNullable<ReturnType<Host['run']>>;

const LARGEST_EVENT = 64 * 1024 * 1024;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const DEEPER = 'give actions/checkout more of the history, with fetch-depth: 0';

/**
 * The commit before the change that the job is about, which is in the event and in the checkout. Asks git, and never the network: a
 * pull request from a fork has no token that is worth anything.
 */
export function changeBase(host: Host): ChangeBase {
  const event = readEvent(host);
  if (typeof event === 'string') return { reason: event };
  const commits = commitsOf(event);
  if (commits === undefined) {
    const { GITHUB_EVENT_NAME: name } = host.env;
    return { reason: `the event${name ? ` ${JSON.stringify(name)}` : ''} tells no commit to compare with` };
  }
  if (/^0+$/.test(commits.base)) return { reason: 'the branch is new: no commit was there before the push' };
  if (!COMMIT.test(commits.base) || (commits.head !== undefined && !COMMIT.test(commits.head))) {
    return { reason: 'the event names a commit that is none' };
  }
  return baseInCheckout(commits, host);
}

function readEvent(host: Host): object | string {
  const { GITHUB_EVENT_PATH: path } = host.env;
  if (!path) return 'there is no event (GITHUB_EVENT_PATH is not set)';
  try {
    const content = host.read(path, LARGEST_EVENT);
    if (!('bytes' in content)) return 'the file of the event is too large';
    const event: unknown = JSON.parse(new TextDecoder().decode(content.bytes));
    return isObject(event) ? event : 'the file of the event holds no event';
  } catch {
    return 'the file of the event cannot be read';
  }
}

function commitsOf(event: object): EventCommits | undefined {
  const { pull_request: request, merge_group: group, before } = event as Readonly<Record<string, unknown>>;
  if (isObject(request) && isObject(request.base) && typeof request.base.sha === 'string') {
    const head = isObject(request.head) ? request.head.sha : undefined;
    return { base: request.base.sha, ...(typeof head === 'string' ? { head } : {}) };
  }
  if (isObject(group) && typeof group.base_sha === 'string') return { base: group.base_sha };
  return typeof before === 'string' ? { base: before } : undefined;
}

function baseInCheckout({ base, head }: EventCommits, host: Host): ChangeBase {
  const git = (...args: readonly string[]): ProgramEnd | undefined =>
    host.run('git', ['--no-pager', '--no-optional-locks', '-c', 'core.fsmonitor=false', ...args], {
      cwd: host.cwd,
      limit: 1024 * 1024,
    });
  const here = git('rev-list', '--parents', '--max-count=1', 'HEAD', '--');
  if (!here) return { reason: 'there is no program git on this machine' };
  if (here.status !== 0) return { reason: 'git knows no commit here; actions/checkout has to run before' };
  const [current, first, second] = textOf(here).split(' ');
  // The checkout of a pull request is a merge made for it, and its first parent is the base it was made with. The base in the
  // event may be older: then all that came to the branch since would count as changed. Two commits of history are enough for this.
  const wanted = head !== undefined && second === head && first !== undefined ? first : base;
  const shallow = () =>
    textOf(git('rev-parse', '--is-shallow-repository')) === 'true' ? `this checkout is shallow: ${DEEPER}` : undefined;
  if (git('rev-parse', '--verify', '--quiet', `${wanted}^{commit}`)?.status !== 0) {
    return { reason: `commit ${wanted} is not in this checkout; ${shallow() ?? 'it was rewritten, or never fetched'}` };
  }
  if (wanted === current) {
    return { reason: 'the base itself is checked out, and nothing of the change; give actions/checkout the right ref' };
  }
  const ancestor = git('merge-base', wanted, 'HEAD');
  if (ancestor?.status !== 0) {
    return { reason: `commit ${wanted} and what is checked out have no ancestor in common; ${shallow() ?? DEEPER}` };
  }
  return { commit: wanted };
}

function textOf(end: ProgramEnd | undefined): string {
  return Buffer.from(end?.stdout ?? [])
    .toString('utf8')
    .trim();
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
