import { FORMATS, ruleIndex, visibleText } from '@meshvet/core';
import { type Arguments, COMMANDS, type CommandName, FLAGS, type Flag, meant } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import type { Host } from '../host.ts';
import { ownRules } from '../own-rules.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** `meshvet completion bash|zsh|fish`: prints a script for the shell, made from the table of flags. */
export function completionCommand({ operands }: Arguments, host: Host): number {
  const [word, more] = operands;
  const shell = SHELLS.find((name) => name === word);
  if (!shell || more !== undefined) {
    const wrong =
      word === undefined
        ? 'say for which shell'
        : shell
          ? 'one shell at a time'
          : `unknown shell "${visibleText(word)}"${meant(word, SHELLS)}`;
    throw new UsageError(`completion: ${wrong}; it is meshvet completion ${SHELLS.join('|')}`);
  }
  host.print('stdout', SCRIPTS[shell]());
  return 0;
}

const SCRIPTS: Readonly<Record<Shell, () => string>> = { bash, zsh, fish };

/** What may stand somewhere: one of some words, a file, or something that cannot be guessed. */
type Values = readonly string[] | 'file' | 'anything';

function valuesOf(name: string, flag: Flag): Values {
  if (flag.choices) return flag.choices;
  if (name === 'format') return FORMATS;
  if (name === 'rule') return ownRules.map((rule) => rule.meta.id);
  return /FILE|PATH|DIR|FOLDER|CHART/.test(flag.value ?? '') ? 'file' : 'anything';
}

/** What follows a command. */
function operandsOf(command: CommandName): Values {
  if (command === 'help') return COMMANDS;
  if (command === 'completion') return SHELLS;
  if (command === 'explain') return ruleIndex(ownRules).names;
  if (command === 'baseline') return ['create', 'update', 'prune'];
  return command === 'rules' || command === 'init' ? [] : 'file';
}

const flags: readonly (readonly [string, Flag])[] = Object.entries(FLAGS);
const ofCommand = (command: CommandName) => flags.filter(([, flag]) => flag.commands.includes(command));
const written = ([name, flag]: readonly [string, Flag]) => [`--${name}`, ...(flag.short ? [`-${flag.short}`] : [])];

/** Patterns of `case` for the flags that take the next word. */
const withValue = () => flags.filter(([, flag]) => flag.value).flatMap(written);

/**
 * The shell code, the same in bash and zsh, that finds the command among the words before the cursor: the first operand,
 * if it is the name of one. `first` is where the words behind `meshvet` begin.
 */
function findCommand(words: string, first: number, cursor: string): string {
  return `  local command= operands=0 i
  for ((i = ${first}; i < ${cursor}; i++)); do
    case "\${${words}[i]}" in
      ${withValue().join('|')}) ((i++)) ;;
      -?*) ;;
      ${COMMANDS.join('|')}) if ((operands == 0)); then command=\${${words}[i]}; fi; ((operands++)) ;;
      *) ((operands++)) ;;
    esac
  done
  local first=no
  if ((operands == 0)); then first=yes; fi
  if [[ -z $command ]]; then command=lint; fi
`;
}

function bash(): string {
  const values = flags.flatMap((entry) => {
    const known = entry[1].value ? valuesOf(...entry) : undefined;
    if (known === undefined) return [];
    const offer = typeof known === 'string' ? 'return' : `words='${known.join(' ')}'`;
    return [`    ${written(entry).join('|')}) ${offer} ;;`];
  });
  const operands = COMMANDS.map((command) => {
    const known = operandsOf(command);
    return `      ${command}) words='${typeof known === 'string' ? '' : known.join(' ')}' ;;`;
  });
  const names = COMMANDS.map(
    (command) => `        ${command}) words='${ofCommand(command).flatMap(written).join(' ')}' ;;`,
  );
  return `# Completion of meshvet for bash: source <(meshvet completion bash)
_meshvet() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} words=
  COMPREPLY=()
  # bash takes --flag=value for three words.
  if [[ $cur == '=' ]]; then cur=; elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  # An empty reply lets bash complete files.
  case "$prev" in
${values.join('\n')}
  esac
  if [[ -z $words ]]; then
${findCommand('COMP_WORDS', 1, 'COMP_CWORD').replace(/^(?=.)/gm, '  ')}    if [[ $cur == -* ]]; then
      case "$command" in
${names.join('\n')}
      esac
    elif [[ $first == yes ]]; then
      # Paths may follow at once: files are offered when no command begins this way.
      words='${COMMANDS.join(' ')}'
    else
    case "$command" in
${operands.join('\n')}
    esac
    fi
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o bashdefault -o default -F _meshvet meshvet
`;
}

function zsh(): string {
  const action = (values: Values) =>
    values === 'file' ? '_files' : values === 'anything' ? ' ' : `(${values.join(' ')})`;
  const spec = (entry: readonly [string, Flag]): string => {
    const [name, flag] = entry;
    const names = written(entry);
    const once = flag.repeat ? '*' : `(${names.join(' ')})`;
    const help = flag.help.replace(/[[\]\\:]/g, '\\$&');
    const value = flag.value ? `:${flag.value.replace(/[:[\]\\=]/g, '\\$&')}:${action(valuesOf(name, flag))}` : '';
    // A long flag takes its value after "=" as well, and a short one as the next word.
    const forms = names.map((form) => (flag.value && form.startsWith('--') ? `${form}=` : form));
    return forms.map((form) => quoted(`${once}${form}[${help}]${value}`)).join(' ');
  };
  const cases = COMMANDS.map((command) => {
    const specs = ofCommand(command).map((entry) => `        ${spec(entry)}`);
    const rest = operandsOf(command);
    return `    ${command})
      flags=(
${specs.join('\n')}
      )
      rest=${quoted(`*:argument:${rest === 'file' ? '_files' : action(rest)}`)} ;;`;
  });
  return `#compdef meshvet
# Completion of meshvet for zsh: meshvet completion zsh > "\${fpath[1]}/_meshvet", or source <(meshvet completion zsh)
_meshvet_first() {
  _alternative 'commands:command:(${COMMANDS.join(' ')})' 'files:file:_files'
}
_meshvet() {
${findCommand('words', 2, 'CURRENT')}  local -a flags
  local rest
  case "$command" in
${cases.join('\n')}
  esac
  if [[ $first == yes ]]; then
    _arguments -S "\${flags[@]}" '*:command or path:_meshvet_first'
  else
    _arguments -S "\${flags[@]}" "$rest"
  fi
}
if [[ \${funcstack[1]-} == _meshvet ]]; then _meshvet "$@"; else compdef _meshvet meshvet; fi
`;
}

function fish(): string {
  const takes = withValue().join(' ');
  const lines = flags.map((entry) => {
    const [name, flag] = entry;
    const values = flag.value ? valuesOf(name, flag) : undefined;
    const argument =
      values === undefined
        ? ''
        : values === 'file'
          ? ' -r -F'
          : values === 'anything'
            ? ' -x'
            : ` -x -a ${quoted(values.join(' '))}`;
    const condition = `__meshvet_is ${flag.commands.join(' ')}`;
    const short = flag.short ? ` -s ${flag.short}` : '';
    return `complete -c meshvet -n ${quoted(condition)} -l ${name}${short}${argument} -d ${quoted(flag.help)}`;
  });
  const operands = COMMANDS.flatMap((command) => {
    const values = operandsOf(command);
    if (values === 'file' || values === 'anything') return [];
    // A flag of its own says whether files are offered, also where there are no words.
    const words = values.length > 0 ? ` -a ${quoted(values.join(' '))}` : '';
    return [`complete -c meshvet -n ${quoted(`__meshvet_after ${command}`)} -f${words}`];
  });
  return `# Completion of meshvet for fish: meshvet completion fish > ~/.config/fish/completions/meshvet.fish
function __meshvet_operands
    set -l skip no
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
        else if contains -- $word ${takes}
            set skip yes
        else if not string match -qr -- '^-.' $word
            echo $word
        end
    end
end
function __meshvet_command
    set -l operands (__meshvet_operands)
    if set -q operands[1]; and contains -- $operands[1] ${COMMANDS.join(' ')}
        echo $operands[1]
    else
        echo lint
    end
end
function __meshvet_is
    contains -- (__meshvet_command) $argv
end
function __meshvet_first
    set -l operands (__meshvet_operands)
    not set -q operands[1]
end
function __meshvet_after
    not __meshvet_first; and __meshvet_is $argv
end
complete -c meshvet -n __meshvet_first -a ${quoted(COMMANDS.join(' '))}
${[...operands, ...lines].join('\n')}
`;
}

/** One word of a shell, whatever is in it. fish knows the escape of a quote inside quotes too. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
