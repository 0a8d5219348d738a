import { resolve } from 'node:path';
import { failureWords, UsageError } from './errors.ts';
import type { Host, ProgramEnd } from './host.ts';

const LIMIT = 512 * 1024 * 1024;

/** Whatever the user's config says of diffs and paths, the output is the one that is read here; and nothing else is started. */
const SETTINGS = [
  '--no-pager',
  '--no-optional-locks',
  '--literal-pathspecs',
  ...['core.quotepath=off', 'core.fsmonitor=false', 'core.safecrlf=false', 'diff.relative=false'].flatMap((setting) => [
    '-c',
    setting,
  ]),
];

/** Variables that would change the output, or clash with the settings above. */
const CLEARED = {
  GIT_DIFF_OPTS: undefined,
  GIT_EXTERNAL_DIFF: undefined,
  GIT_GLOB_PATHSPECS: undefined,
  GIT_NOGLOB_PATHSPECS: undefined,
  GIT_ICASE_PATHSPECS: undefined,
  GIT_TRACE: undefined,
  LC_ALL: 'C',
  LANGUAGE: undefined,
};

/** How git ended. */
export interface GitEnd {
  readonly status: number | null;
  readonly stdout: string;
  /** The line that says why it failed. */
  readonly reason: string;
}

/** The repository around the working directory, asked through the `git` program. */
export class Git {
  /** The folder of the working tree, as git writes it. */
  readonly root: string;
  readonly #host: Host;
  readonly #flag: string;
  #folder: string;
  #env: Readonly<Record<string, string | undefined>>;

  /** `flag` is what needs the repository, for the error when there is none. */
  constructor(host: Host, flag: string) {
    this.#host = host;
    this.#flag = flag;
    this.#folder = host.cwd;
    const { GIT_DIR, GIT_WORK_TREE } = host.env;
    // A hook has GIT_DIR and no GIT_WORK_TREE: in a folder below the root git would take that folder for the whole tree.
    // GIT_INDEX_FILE stays: for "git commit FILE" it is the index of what is about to be committed.
    const alone = GIT_DIR !== undefined && GIT_WORK_TREE === undefined;
    // Written from the working directory, and git is not started there.
    const given = {
      ...(GIT_DIR === undefined ? {} : { GIT_DIR: resolve(host.cwd, GIT_DIR) }),
      ...(GIT_WORK_TREE === undefined ? {} : { GIT_WORK_TREE: resolve(host.cwd, GIT_WORK_TREE) }),
    };
    this.#env = { ...CLEARED, ...given, ...(alone ? { GIT_DIR: undefined } : {}) };
    let end = this.try('rev-parse', '--show-toplevel');
    if (alone && end.status !== 0) {
      this.#env = { ...CLEARED, ...given };
      end = this.try('rev-parse', '--show-toplevel');
    }
    if (end.status !== 0 || end.stdout === '') {
      throw new UsageError(
        /not a git repository/.test(end.reason)
          ? `${flag} needs a git repository, and this folder is in none`
          : `${flag} cannot use the git repository here: ${end.reason || 'it has no working tree'}`,
      );
    }
    this.root = this.#folder = end.stdout.replace(/\n$/, '');
  }

  /** What git prints. Throws a `UsageError` of one line when it fails. */
  ask(...args: readonly string[]): string {
    const { status, stdout, reason } = this.try(...args);
    if (status !== 0) throw new UsageError(`${this.#flag}: git ${args[0]} failed: ${reason}`);
    return stdout;
  }

  #run(args: readonly string[]): ProgramEnd | undefined {
    try {
      return this.#host.run('git', [...SETTINGS, ...args], { cwd: this.#folder, limit: LIMIT, env: this.#env });
    } catch (error) {
      throw new UsageError(`${this.#flag}: git cannot be run: ${failureWords(error)}`);
    }
  }

  /** As `ask`, for what may fail. */
  try(...args: readonly string[]): GitEnd {
    const end = this.#run(args);
    if (!end) throw new UsageError(`${this.#flag} needs the program git, and there is none on the PATH`);
    const lines = Buffer.from(end.stderr).toString('utf8').split('\n');
    const reason = lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines[0] ?? '';
    return {
      status: end.status,
      stdout: Buffer.from(end.stdout).toString('utf8'),
      reason:
        reason.replace(/^(?:fatal|error): /, '') || (end.status === null ? 'a signal ended it' : 'no reason given'),
    };
  }
}
