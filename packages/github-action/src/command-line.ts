import type { Inputs } from './inputs.ts';

/** Where the reports of a run go. */
export interface ReportFiles {
  readonly json: string;
  /** Not written to the disk; undefined when there is to be none. */
  readonly annotations: string | undefined;
  readonly summary: string | undefined;
  readonly sarif: string | undefined;
}

/**
 * The command line that does what the inputs ask for. Values are joined to their flags, and paths stand behind `--`: no value
 * can become a flag of its own, whatever it begins with.
 */
export function commandLine(inputs: Inputs, files: ReportFiles, since: string | undefined): string[] {
  const argv = ['lint', '--no-color', '--format=text', `--format=json=${files.json}`];
  const flag = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') argv.push(`--${name}=${value}`);
  };
  const format = (name: string, file: string | undefined): void => flag('format', file && `${name}=${file}`);
  format('github', files.annotations);
  format('markdown', files.summary);
  format('sarif', files.sarif);
  // A pull request may bring a config of its own: what is in it may be data, and nothing that runs.
  if (!inputs.allowJsConfig) argv.push('--no-plugins');
  flag('config', inputs.config);
  flag('preset', inputs.preset);
  flag('profile', inputs.profile);
  flag('istio-version', inputs.istioVersion);
  flag('kubernetes-version', inputs.kubernetesVersion);
  if (inputs.closedWorld) argv.push('--closed-world');
  flag('fail-on', inputs.failOn);
  flag('max-warnings', inputs.maxWarnings);
  flag('baseline', inputs.baseline);
  flag('since', since);
  return [...argv, '--', ...inputs.paths];
}

/** What the command line says, in the words of the Action: flags that are inputs are called so. */
export function inWordsOfInputs(text: string): string {
  const words = text.replace(
    /^meshvet: --(preset|profile|istio-version|kubernetes-version|fail-on|max-warnings|baseline|config)(?=[: ])/gm,
    'meshvet: input $1',
  );
  return /--no-(?:plugins|js-config)\b/.test(words)
    ? `${words}meshvet: the Action runs no code of the repository unless its input allow-js-config is true\n`
    : words;
}
