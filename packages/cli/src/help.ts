import { type Paint, painter } from '@meshvet/core';
import { COMMANDS, type CommandName, FLAGS, type Flag, type GivenFlags, oneOf } from './arguments.ts';
import type { Host } from './host.ts';
import { useColor } from './use-color.ts';
import { TOOL } from './version.ts';

const WIDTH = 100;
const COLUMN = 32;

/** The help of the tool, or of one command. Lists of flags are made from their table. */
export function helpText(topic: string | undefined, flags: GivenFlags, host: Host): string {
  const paint = painter(useColor(flags, host, 'stdout'));
  if (topic === undefined) return overview(paint);
  return PAGES[oneOf('help', topic, COMMANDS)](paint);
}

const PAGES: Readonly<Record<CommandName, (paint: Paint) => string>> = {
  lint: (paint) =>
    page([
      `${paint('bold', 'meshvet [lint] [PATHS...]')}`,
      'Tells what the service mesh will do with Kubernetes manifests.',
      '',
      ...wrapped(
        'PATHS are files, folders, globs or - for standard input; without one it is the folder you are in. Of a folder all .yaml, .yml and .json files are read, without those that .gitignore or .meshvetignore leave out.',
        '',
      ),
      ...flagLines('lint', paint),
      ...statusLines(paint),
      ...tryLines(paint),
    ]),
  why: (paint) =>
    page([
      `${paint('bold', 'meshvet why [PATHS...] [--workload KIND/NAME] [-n NAMESPACE]')}`,
      ...wrapped(
        'Tells of each workload whether it is in the mesh and what decided that, with the place of each fact: labels, revisions, webhooks, the policy of the injector. Of one workload also its Services, the protocol that the proxies take each port for, its identity, the form of its sidecar, the findings, and the smallest change that turns the answer. PATHS and settings are those of meshvet lint.',
        '',
      ),
      ...flagLines('why', paint),
    ]),
  trace: (paint) =>
    page([
      `${paint('bold', 'meshvet trace [URL...] [PATHS...] --from WORKLOAD | --gateway WORKLOAD')}`,
      ...wrapped(
        'Tells what the proxies do with requests: who gets each, with which share, over mTLS or not, whether policies let it in, and the resource that decided each step. URLs are http://, https:// (the caller itself speaks TLS), tcp://HOST:PORT and tls://HOST:PORT; all other operands are PATHS, as those of meshvet lint. Without a caller, or without a URL, it prints the table of who can call what.',
        '',
      ),
      ...flagLines('trace', paint),
      '',
      paint('bold', 'Exit status'),
      ...row('0', 'answered, whatever the answer is', paint),
      ...row('2', 'the question is wrong, or something could not be read', paint),
      '',
      paint('bold', 'Try'),
      ...row('meshvet trace --from deployment/web -n shop http://cart/api k8s/', 'what becomes of one request', paint),
      ...row(
        'meshvet trace --gateway istio-system/istio-ingressgateway https://shop.example.com/ k8s/',
        'of one from outside',
        paint,
      ),
      ...row('meshvet trace http://cart.shop/api k8s/', 'who can call it', paint),
      ...row('meshvet trace k8s/', 'who can call what', paint),
    ]),
  baseline: (paint) =>
    page([
      `${paint('bold', 'meshvet baseline create|update|prune [PATHS...]')}`,
      ...wrapped(
        'Keeps the findings there are today in a file, so that meshvet lint --baseline FILE reports only new ones. create writes the file, update writes it anew, prune takes out what does not occur any more and adds nothing. Give the same PATHS and settings as to meshvet lint. The file is meshvet.baseline.json, or what --baseline or the config says.',
        '',
      ),
      ...flagLines('baseline', paint),
    ]),
  init: (paint) =>
    page([
      `${paint('bold', 'meshvet init')}`,
      ...wrapped(
        'Writes meshvet.config.yaml into the folder you are in, with the settings there are as comments, and says what Helm, Kustomize, Argo CD and Flux mean for it where they are found. It writes over nothing.',
        '',
      ),
      ...flagLines('init', paint),
    ]),
  'print-config': (paint) =>
    page([
      `${paint('bold', 'meshvet print-config [FILE]')}`,
      ...wrapped(
        'What config file, extended files, flags and defaults come to, as YAML or JSON. With FILE what holds for that file: the settings of its project, and the overrides whose files fit.',
        '',
      ),
      ...flagLines('print-config', paint),
    ]),
  explain: (paint) =>
    page([
      `${paint('bold', 'meshvet explain RULE|CODE...')}`,
      ...wrapped(
        "What a rule finds, why it matters, what to do, with examples. CODE is another tool's code for the same, such as IST0118 or KIA0601.",
        '',
      ),
      ...flagLines('explain', paint),
    ]),
  rules: (paint) =>
    page([
      `${paint('bold', 'meshvet rules')}`,
      'All rules, a line each; or as JSON, with all that is known of them.',
      ...flagLines('rules', paint),
    ]),
  completion: (paint) =>
    page([
      `${paint('bold', 'meshvet completion bash|zsh|fish')}`,
      'A script that makes the shell complete commands, flags, their values, and the names of rules.',
      '',
      ...row('source <(meshvet completion bash)', 'in ~/.bashrc', paint),
      ...row('source <(meshvet completion zsh)', 'in ~/.zshrc, after compinit', paint),
      ...row('meshvet completion fish | source', 'in ~/.config/fish/config.fish', paint),
      ...flagLines('completion', paint),
    ]),
  help: overview,
};

function overview(paint: Paint): string {
  return page([
    `${paint('bold', `${TOOL.name} ${TOOL.version}`)}: what the service mesh will do with your Kubernetes manifests, before anything is merged`,
    '',
    paint('bold', 'Commands'),
    ...row('meshvet [lint] [PATHS...]', 'check manifests: files, folders, globs, or - for standard input', paint),
    ...row('meshvet why [PATHS...]', 'which workloads are in the mesh, and what decides it', paint),
    ...row('meshvet trace [URL...] [PATHS...]', 'what the proxies do with a request, and who can call what', paint),
    ...row('meshvet baseline create [PATHS...]', 'keep the findings of today, to see only new ones', paint),
    ...row('meshvet init', 'write a config to begin with', paint),
    ...row('meshvet print-config [FILE]', 'what the config comes to', paint),
    ...row('meshvet explain RULE|CODE', "what a rule means, by its id or another tool's code", paint),
    ...row('meshvet rules', 'all rules', paint),
    ...row('meshvet completion SHELL', 'completion for bash, zsh or fish', paint),
    ...row('meshvet help COMMAND', 'more about one of them', paint),
    ...flagLines('lint', paint),
    ...statusLines(paint),
    ...tryLines(paint),
  ]);
}

function statusLines(paint: Paint): string[] {
  return [
    '',
    paint('bold', 'Exit status'),
    ...row('0', 'nothing at or above --fail-on', paint),
    ...row('1', 'findings, or more warnings than --max-warnings', paint),
    ...row(
      '2',
      'the job could not be done: a wrong flag or config, unreadable input, no manifest, a fault of meshvet',
      paint,
    ),
  ];
}

function tryLines(paint: Paint): string[] {
  return [
    '',
    paint('bold', 'Try'),
    ...row('meshvet k8s/', 'check a folder', paint),
    ...row('helm template shop | meshvet -', 'check what a chart makes', paint),
    ...row('meshvet -f text -f json=out.json', 'read it here, keep it for machines', paint),
    ...row('meshvet explain IST0118', 'what is behind a finding', paint),
  ];
}

function flagLines(command: CommandName, paint: Paint): string[] {
  const lines: string[] = [];
  let group = '';
  for (const [name, flag] of Object.entries(FLAGS) as [string, Flag][]) {
    if (!flag.commands.includes(command)) continue;
    if (flag.group !== group) {
      group = flag.group;
      lines.push('', paint('bold', group));
    }
    const written = `${flag.short ? `-${flag.short}, ` : '    '}--${name}${flag.value ? ` ${flag.value}` : ''}`;
    const told = flag.choices?.every((choice) => flag.help.includes(choice)) ?? true;
    const choices = told ? '' : `: ${flag.choices?.join(', ')}`;
    const repeat = flag.repeat ? '; may be repeated' : '';
    lines.push(...row(written, `${flag.help}${choices}${repeat}`, paint));
  }
  return lines;
}

/** A term and what it means, the second in a column of its own. */
function row(term: string, meaning: string, paint: Paint): string[] {
  const indent = ' '.repeat(COLUMN + 4);
  const [first = '', ...rest] = wrapped(meaning, indent);
  if (term.length > COLUMN) return [`  ${paint('cyan', term)}`, first, ...rest];
  return [`  ${paint('cyan', term)}${' '.repeat(COLUMN - term.length + 2)}${first.trimStart()}`, ...rest];
}

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, indent + line];
}

function page(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
