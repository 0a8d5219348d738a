import type { Field } from '../source/field.ts';
import { isPlaceholder } from '../source/placeholder.ts';

/** An option of a program. */
export interface OptionSpec<Name extends string = string> {
  /** The long name, without dashes. */
  readonly name: Name;
  /** The one letter that means the same. */
  readonly letter?: string;
  /** Stands alone: the next word is not its value. */
  readonly alone?: boolean;
  /** Environment variable that is read where the option is not given. */
  readonly variable?: string;
}

/** What an option is given. */
export interface Argument {
  /** undefined where a later step fills it in. */
  readonly value: string | undefined;
  /** Where the value is written: the item of the list. */
  readonly field: Field;
}

/** The options of a program that a container starts. */
export class CommandLine<Name extends string = string> {
  /** The words that are no options, in order. */
  readonly words: readonly string[];
  /** False where a part could not be read: what was not found may still be given. */
  readonly complete: boolean;
  /** `args`, or `command` where the options stand there: the place of what is missing. */
  readonly field: Field;
  readonly #options: ReadonlyMap<string, readonly Argument[]>;

  constructor(
    options: ReadonlyMap<string, readonly Argument[]>,
    words: readonly string[],
    complete: boolean,
    field: Field,
  ) {
    this.#options = options;
    this.words = words;
    this.complete = complete;
    this.field = field;
  }

  /** What an option is given; the last time counts. */
  get(name: Name): Argument | undefined {
    return this.#options.get(name)?.at(-1);
  }

  /** What an option is given, each time, for those that add up. */
  all(name: Name): readonly Argument[] {
    return this.#options.get(name) ?? [];
  }

  /** Whether an option is surely not given. */
  lacks(name: Name): boolean {
    return this.complete && !this.#options.has(name);
  }
}

interface Word {
  readonly text: string;
  /** Holds something that a later step, Kubernetes or the shell fills in. */
  readonly open: boolean;
  readonly field: Field;
}

// No container has so many; a hostile one may.
const MOST_WORDS = 2000;

/**
 * Reads the options that a container gives to a program, in whatever way they are spelt: `-p 15001`, `-p=15001`, `-p15001`,
 * `--envoy-port 15001`, `--envoy-port=15001`, as items of a list or several in one item, in `command` or `args`, or inside a script for a shell.
 * `programs`: the names of the program; within a script only its own words count.
 */
export function readCommandLine<Name extends string>(
  container: Field,
  options: readonly OptionSpec<Name>[],
  programs: ReadonlySet<string>,
): CommandLine<Name> {
  const command = container.at('command');
  const args = container.at('args');
  const { words, complete } = wordsOf([...command.items(), ...args.items()], programs);
  const reader = new OptionReader(options);
  reader.read(words);
  const unread = [command, args].some((list) => list.hasValue && !list.isList);
  const variables = readVariables(container, options, reader.found);
  const where = args.hasValue ? args : command.hasValue ? command : args;
  return new CommandLine(reader.found, reader.words, complete && !unread && variables && !reader.open, where);
}

function wordsOf(items: readonly Field[], programs: ReadonlySet<string>): { words: Word[]; complete: boolean } {
  const words: Word[] = [];
  const [first] = items;
  if (first && SHELLS.has(lastPart(first.string() ?? ''))) return scriptWords(items, programs);
  for (const field of items.slice(0, MOST_WORDS)) {
    const text = rawText(field);
    if (text === undefined) {
      words.push({ text: '', open: true, field });
    } else if (holdsSeveral(text, programs) && words.at(-1)?.text !== '--') {
      for (const part of shellWords(text)) words.push({ text: part.text, open: part.open, field });
    } else {
      words.push({ text, open: isPlaceholder(text), field });
    }
  }
  return { words, complete: items.length <= MOST_WORDS };
}

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'ash', 'dash']);

// `sh -c "istio-iptables -p 15001"`: the words between the program and the end of its command.
function scriptWords(items: readonly Field[], programs: ReadonlySet<string>): { words: Word[]; complete: boolean } {
  const at = items.findIndex((item, i) => i > 0 && /^-[a-z]*c$/.test(item.string() ?? ''));
  const field = items[at + 1];
  const script = at > 0 && field ? rawText(field) : undefined;
  if (script === undefined || !field || script.length > LONGEST_SCRIPT) return { words: [], complete: false };
  const words = shellWords(script);
  const start = words.findIndex((word) => programs.has(lastPart(word.text)));
  if (start < 0) return { words: [], complete: false };
  const rest = words.slice(start);
  const end = rest.findIndex((word) => word.ends);
  return {
    words: (end < 0 ? rest : rest.slice(0, end)).map(({ text, open }) => ({ text, open, field })),
    complete: true,
  };
}

const LONGEST_SCRIPT = 20_000;

interface ShellWord {
  readonly text: string;
  readonly open: boolean;
  /** Ends the command: `;`, `&&`, `|`, the end of a line. */
  readonly ends: boolean;
}

/** The words of a line as a shell reads them: quotes taken off, what it would fill in marked. */
function shellWords(script: string): ShellWord[] {
  const words: ShellWord[] = [];
  let text = '';
  let open = false;
  let inside = false;
  let quote = '';
  const finish = () => {
    if (inside) words.push({ text, open: open || isPlaceholder(text), ends: false });
    text = '';
    open = false;
    inside = false;
  };
  for (let i = 0; i < script.length && words.length < MOST_WORDS; i++) {
    const char = script[i] as string;
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && i + 1 < script.length) text += script[++i];
      else {
        if (quote === '"' && (char === '$' || char === '`')) open = true;
        text += char;
      }
    } else if (char === '"' || char === "'") {
      quote = char;
      inside = true;
    } else if (char === '\\' && i + 1 < script.length) {
      // A line that goes on in the next.
      if (script[i + 1] === '\n') finish();
      else {
        text += script[i + 1];
        inside = true;
      }
      i++;
    } else if (char === ' ' || char === '\t' || char === '\r') {
      finish();
    } else if (char === '\n' || char === ';' || char === '|' || char === '&' || char === '>' || char === '<') {
      finish();
      words.push({ text: char, open: false, ends: true });
    } else {
      if (char === '$' || char === '`') open = true;
      text += char;
      inside = true;
    }
  }
  finish();
  return words;
}

// One item that holds a whole line: `-p 15001 -z 15006`, `istio-iptables -p 15001`. A value may hold a blank: `--range=10.0.0.0/8, ::/0` is one word.
function holdsSeveral(text: string, programs: ReadonlySet<string>): boolean {
  const blank = text.search(/\s/);
  if (blank < 0) return false;
  const first = text.slice(0, blank);
  if (programs.has(lastPart(first))) return true;
  return /^--?[A-Za-z]/.test(first) && (/\s--?[A-Za-z]/.test(text) || (!first.includes('=') && text.trim() !== first));
}

class OptionReader {
  readonly found = new Map<string, Argument[]>();
  readonly words: string[] = [];
  /** A word that is filled in later may hold any option. */
  open = false;
  readonly #byName = new Map<string, OptionSpec>();
  readonly #byLetter = new Map<string, OptionSpec>();

  constructor(options: readonly OptionSpec[]) {
    for (const option of options) {
      this.#byName.set(option.name, option);
      if (option.letter !== undefined) this.#byLetter.set(option.letter, option);
    }
  }

  read(words: readonly Word[]): void {
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as Word;
      const next = words[i + 1];
      if (word.text === '--' && !word.open) {
        this.words.push(...words.slice(i + 1).map((rest) => rest.text));
        return;
      }
      if (word.text.startsWith('--')) i += this.#long(word, next);
      else if (word.text.startsWith('-') && word.text.length > 1) i += this.#short(word, next);
      else if (word.open) this.open = true;
      else this.words.push(word.text);
    }
  }

  // Answers how many further words were taken.
  #long(word: Word, next: Word | undefined): number {
    const equals = word.text.indexOf('=');
    const name = word.text.slice(2, equals < 0 ? undefined : equals);
    if (isPlaceholder(name) || (word.open && equals < 0)) {
      this.open = true;
      return 0;
    }
    const option = this.#byName.get(name);
    if (equals >= 0) {
      if (option) this.#add(option, word.text.slice(equals + 1), word);
      return 0;
    }
    // Of an option that is not known nobody can say whether the next word is its value.
    if (!option) return next && !next.text.startsWith('-') && !next.open ? 1 : 0;
    return this.#valueOf(option, next, word);
  }

  #short(word: Word, next: Word | undefined): number {
    const letters = word.text.slice(1);
    for (let at = 0; at < letters.length; at++) {
      const option = this.#byLetter.get(letters[at] as string);
      if (!option) {
        if (word.open) this.open = true;
        return 0;
      }
      const rest = letters.slice(at + 1);
      if (option.alone && !rest.startsWith('=')) this.#add(option, 'true', { ...word, open: false });
      else if (rest !== '') {
        this.#add(option, rest.startsWith('=') ? rest.slice(1) : rest, word);
        return 0;
      } else return this.#valueOf(option, next, word);
    }
    return 0;
  }

  #valueOf(option: OptionSpec, next: Word | undefined, word: Word): number {
    if (option.alone) {
      this.#add(option, 'true', word);
      return 0;
    }
    if (!next) return 0;
    this.#add(option, next.text, next);
    return 1;
  }

  #add(option: OptionSpec, text: string, { open, field }: Word): void {
    const given = this.found.get(option.name) ?? [];
    given.push({ value: open ? undefined : text, field });
    this.found.set(option.name, given);
  }
}

// Adds what the environment says of options that are not given; false where the environment is not all written here.
function readVariables(container: Field, options: readonly OptionSpec[], found: Map<string, Argument[]>): boolean {
  const wanted = options.filter((option) => option.variable !== undefined);
  if (wanted.length === 0) return true;
  const variables = new Map(
    container
      .at('env')
      .items()
      .map((item) => [item.at('name').string(), item] as const),
  );
  for (const option of wanted) {
    const item = variables.get(option.variable);
    if (!item || found.has(option.name)) continue;
    const field = item.at('value');
    // A variable without a value is the empty text; one from elsewhere is not known.
    const value = item.at('valueFrom').exists ? undefined : field.exists ? field.text() : '';
    found.set(option.name, [{ value, field }]);
  }
  return !container.at('envFrom').hasValue;
}

function rawText(field: Field): string | undefined {
  return typeof field.value === 'string' ? field.value : field.hasValue ? field.text() : undefined;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
