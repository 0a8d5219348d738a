/** A value of an input that cannot be used, in one line. */
export class InputError extends Error {
  override readonly name: string = 'InputError';
}

/** The inputs of the Action, as `action.yml` describes them. Empty texts are inputs that were not given. */
export interface Inputs {
  readonly paths: readonly string[];
  readonly workingDirectory: string;
  readonly config: string;
  readonly preset: string;
  readonly profile: string;
  readonly istioVersion: string;
  readonly kubernetesVersion: string;
  readonly closedWorld: boolean;
  readonly failOn: string;
  readonly maxWarnings: string;
  readonly baseline: string;
  readonly changedOnly: boolean;
  readonly annotations: boolean;
  readonly summary: boolean;
  readonly sarifFile: string;
  readonly allowJsConfig: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the inputs from the environment that the runner starts the Action with. Throws an `InputError`. */
export function readInputs(env: Environment): Inputs {
  const paths = inputText(env, 'paths')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (paths.includes('-')) {
    throw new InputError('input paths: "-" is standard input, and a step has none; name files, folders or globs');
  }
  const config = inputText(env, 'config');
  const allowJsConfig = inputFlag(env, 'allow-js-config', false);
  if (!allowJsConfig && /\.[cm]?[jt]sx?$/i.test(config)) {
    throw new InputError(
      `input config: ${JSON.stringify(config)} is a program; it is run only with allow-js-config: true`,
    );
  }
  return {
    paths: paths.length > 0 ? paths : ['.'],
    workingDirectory: inputText(env, 'working-directory') || '.',
    config,
    preset: inputText(env, 'preset'),
    profile: inputText(env, 'profile'),
    istioVersion: inputText(env, 'istio-version'),
    kubernetesVersion: inputText(env, 'kubernetes-version'),
    closedWorld: inputFlag(env, 'closed-world', false),
    failOn: inputText(env, 'fail-on'),
    maxWarnings: inputText(env, 'max-warnings'),
    baseline: inputText(env, 'baseline'),
    changedOnly: inputFlag(env, 'changed-only', false),
    annotations: inputFlag(env, 'annotations', true),
    summary: inputFlag(env, 'summary', true),
    sarifFile: inputText(env, 'sarif-file'),
    allowJsConfig,
  };
}

/** An input. The runner gives it in a variable named for it: in capitals, spaces as `_`, and dashes stay dashes. */
function inputText(env: Environment, name: string): string {
  return (env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] ?? '').trim();
}

/** The words of YAML 1.2 for true and false, which are those that workflows are written with. */
function inputFlag(env: Environment, name: string, byDefault: boolean): boolean {
  const text = inputText(env, name);
  if (text === '') return byDefault;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  throw new InputError(`input ${name}: ${JSON.stringify(text.slice(0, 100))} is neither true nor false`);
}
