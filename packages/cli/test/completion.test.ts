import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { COMMANDS, FLAGS, type Flag } from '../src/arguments.ts';
import { nodeHost } from '../src/host.ts';
import { main } from '../src/main.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function script(...operands: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const printed = { stdout: '', stderr: '' };
  const host = {
    ...nodeHost(),
    env: {},
    print: (stream: 'stdout' | 'stderr', text: string) => void (printed[stream] += text),
  };
  return { status: await main(['completion', ...operands], host), ...printed };
}

/** Runs code in a shell; where there is none nothing is proved, which must not look like a success. */
function inShell(context: TestContext, shell: string, args: readonly string[], cwd: string): string {
  const { error, status, stdout, stderr } = spawnSync(shell, args, {
    cwd,
    encoding: 'utf8',
    timeout: 30_000,
    input: '',
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    process.stderr.write(`\nNOT PROVED: ${shell} is not on the PATH, so its completion was not tried.\n`);
    context.skip(`NOT PROVED: ${shell} is not on the PATH`);
  }
  if (error) throw error;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** What is typed, with the cursor at its end, and what has to be among the offers, or be all of them. */
const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['meshvet li', ['lint']],
  ['meshvet --pres', ['--preset']],
  ['meshvet --preset ', ['recommended', 'strict', 'all']],
  ['meshvet --preset st', ['strict']],
  ['meshvet -f sar', ['sarif']],
  ['meshvet explain port-name-missing-', ['port-name-missing-separator']],
  ['meshvet explain IST0118', ['IST0118']],
  ['meshvet rules --fo', ['--format']],
  ['meshvet rules --pres', []],
  ['meshvet baseline ', ['create', 'update', 'prune']],
  ['meshvet completion ', ['bash', 'zsh', 'fish']],
  ['meshvet help ru', ['rules']],
  // `lint` is the name of a file here, and so the command is still to come.
  ['meshvet --config lint ru', ['rules']],
  ['meshvet --rule port-name-missing-', ['port-name-missing-separator']],
  ['meshvet --no-plug', ['--no-plugins']],
];

describe('completion', () => {
  it.each([
    [[], 'meshvet: completion: say for which shell; it is meshvet completion bash|zsh|fish\n'],
    [
      ['basch'],
      'meshvet: completion: unknown shell "basch", did you mean "bash"?; it is meshvet completion bash|zsh|fish\n',
    ],
    [['bash', 'zsh'], 'meshvet: completion: one shell at a time; it is meshvet completion bash|zsh|fish\n'],
  ])('%j is a mistake', async (operands, words) => {
    expect(await script(...operands)).toEqual({ status: 2, stdout: '', stderr: words });
  });

  it.each(['bash', 'zsh', 'fish'])('for %s has every command and flag', async (shell) => {
    const { status, stdout, stderr } = await script(shell);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`\\b${command}\\b`));
    for (const [name, { short }] of Object.entries(FLAGS) as [string, Flag][]) {
      expect(stdout).toContain(shell === 'fish' ? ` -l ${name} ` : `--${name}`);
      if (short) expect(stdout).toContain(shell === 'fish' ? ` -s ${short} ` : `-${short}`);
    }
    // Nothing in a help text may end the word it stands in.
    expect(stdout).not.toMatch(/`|\$\(meshvet/);
  });

  it('works in bash', async (context) => {
    const { stdout } = await script('bash');
    const folder = temporaryFolder({ 'meshvet.bash': stdout, 'k8s/a.yaml': '' });
    const ask = (typed: string): string[] => {
      const words = typed.split(' ').map((word) => `'${word}'`);
      const cursor = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}`;
      const code = `source ./meshvet.bash; ${cursor}; _meshvet; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return inShell(context, 'bash', ['--norc', '-c', code], folder)
        .split('\n')
        .filter((line) => line !== '');
    };
    for (const [typed, wanted] of CASES) expect(ask(typed).sort(), typed).toEqual([...wanted].sort());
    // bash takes --preset=st for three words.
    expect(ask('meshvet --preset = st')).toEqual(['strict']);
    // Nothing offered is what makes bash offer files.
    for (const typed of ['meshvet --config ', 'meshvet k8s ', 'meshvet lint k']) expect(ask(typed), typed).toEqual([]);
  });

  it('works in fish', async (context) => {
    const { stdout } = await script('fish');
    const folder = temporaryFolder({ 'meshvet.fish': stdout, 'k8s/a.yaml': '' });
    const ask = (typed: string): string[] =>
      inShell(context, 'fish', ['--no-config', '-c', `source ./meshvet.fish; complete -C '${typed}'`], folder)
        .split('\n')
        .map((line) => line.split('\t')[0] as string)
        .filter((line) => line !== '');
    for (const [typed, wanted] of CASES) expect(ask(typed).sort(), typed).toEqual([...wanted].sort());
    expect(ask('meshvet --preset=st')).toEqual(['--preset=strict']);
    for (const typed of ['meshvet --config k', 'meshvet k', 'meshvet lint k'])
      expect(ask(typed), typed).toEqual(['k8s/']);
  });

  it('works in zsh', async (context) => {
    const { stdout } = await script('zsh');
    const folder = temporaryFolder({ 'meshvet.zsh': stdout, 'k8s/a.yaml': '' });
    // A shell at a terminal of its own: what is typed, a tab, and a key that shows the line.
    const code = String.raw`
zmodload zsh/zpty
for typed in "$@"; do
  zpty z zsh -f -i
  zpty -w z "PROMPT=; autoload -Uz compinit; compinit -u -d ./dump; source ./meshvet.zsh; show() { print; print -r -- \"LINE=[\$BUFFER]\"; exit }; zle -N show; bindkey '^X' show; bindkey '^I' complete-word; print READ''Y"
  zpty -r -m z out '*READY*'
  zpty -w -n z "$typed"$'\t\x18'
  all=
  while zpty -r z out; do all+=$out; done
  print -r -- ${'${(M)${(f)all}:#*LINE=*}'}
  zpty -d z
done`;
    const typed = [
      ...CASES.filter(([, wanted]) => wanted.length === 1).map(([text]) => text),
      'meshvet --preset=st',
      'meshvet --config k',
      'meshvet k',
      'meshvet lint k',
    ];
    const lines = inShell(context, 'zsh', ['-f', '-c', code, 'zsh', ...typed], folder)
      .split('\n')
      .map((line) => /LINE=\[(.*?) ?\]/.exec(line)?.[1])
      .filter((line) => line !== undefined);
    const wanted = CASES.filter(([, words]) => words.length === 1).map(([text, [word]]) => {
      const done = text.slice(0, text.lastIndexOf(' ') + 1) + word;
      // A long flag is followed by its value, with "=".
      const flag: Flag | undefined = Object.entries(FLAGS).find(([name]) => word === `--${name}`)?.[1];
      return flag?.value ? `${done}=` : done;
    });
    expect(lines).toEqual([
      ...wanted,
      'meshvet --preset=strict',
      'meshvet --config k8s/',
      'meshvet k8s/',
      'meshvet lint k8s/',
    ]);
  }, 60_000);

  it.each(['bash', 'zsh', 'fish'] as const)('is code for %s, whatever quotes are in the help', async (shell) => {
    const folder = temporaryFolder({ script: (await script(shell)).stdout });
    const { error, status, stderr } = spawnSync(shell, ['-n', join(folder, 'script')], { encoding: 'utf8' });
    if (error) return; // Said loudly above.
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
