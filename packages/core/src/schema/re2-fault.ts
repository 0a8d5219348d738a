/**
 * What is wrong with a regular expression for RE2, as Go's `regexp/syntax` reads it; undefined when it compiles, and where that is not
 * certain. Istio and Envoy take RE2, which has no look-around and no back references.
 */
export function re2Fault(pattern: string): string | undefined {
  return pattern.length > LONGEST ? undefined : new Reader(pattern).read();
}

// Istio refuses more than 1024 characters anyway.
const LONGEST = 10_000;

const PERL_ESCAPES = 'ABbzdDsSwW';
const CONTROL_ESCAPES = 'afnrtv';
const POSIX_CLASSES: ReadonlySet<string> = new Set(
  'alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit'.split(' '),
);

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): string | undefined {
    const text = this.#text;
    let depth = 0;
    // Whether something stands before, for * + ? to repeat; and whether that is a repetition already.
    let operand = false;
    let repeated = false;
    const outer: boolean[] = [];
    while (this.#at < text.length) {
      const character = text[this.#at] as string;
      let isRepeat = false;
      switch (character) {
        case '(': {
          const group = this.#group();
          if (typeof group === 'string') return group;
          if (group.opens) {
            depth++;
            outer.push(operand);
            operand = false;
          }
          break;
        }
        case ')':
          if (depth === 0) return 'a ")" has no "(" before it';
          depth--;
          outer.pop();
          operand = true;
          this.#at++;
          break;
        case '|':
          operand = false;
          this.#at++;
          break;
        case '[': {
          const fault = this.#class();
          if (fault !== undefined) return fault;
          operand = true;
          break;
        }
        case '\\': {
          const fault = this.#escape(false);
          if (typeof fault === 'string') return fault;
          operand = fault.operand || operand;
          break;
        }
        case '*':
        case '+':
        case '?':
        case '{': {
          const length = character === '{' ? this.#counted() : 1;
          if (typeof length === 'string') return length;
          if (length === 0) {
            operand = true;
            this.#at++;
            break;
          }
          if (!operand) return `"${character}" has nothing before it to repeat`;
          if (repeated)
            return `"${text.slice(this.#at - 1, this.#at + length)}" repeats a repetition, which RE2 does not take`;
          this.#at += length;
          if (text[this.#at] === '?') this.#at++;
          isRepeat = true;
          break;
        }
        default:
          operand = true;
          this.#at++;
      }
      repeated = isRepeat;
    }
    return depth > 0 ? 'a "(" is not closed' : undefined;
  }

  /** The length of `{2,5}`; 0 where the brace stands for itself. */
  #counted(): number | string {
    const found = /^\{(\d{1,9})(?:(,)(\d{0,9}))?\}/.exec(this.#text.slice(this.#at, this.#at + 24));
    if (!found) return 0;
    const least = Number(found[1]);
    const most = found[2] === undefined ? least : found[3] ? Number(found[3]) : least;
    if (least > 1000 || most > 1000) return `"${found[0]}" repeats more than 1000 times`;
    return least > most ? `"${found[0]}" ends below its beginning` : found[0].length;
  }

  #group(): { opens: boolean } | string {
    const text = this.#text;
    if (text[this.#at + 1] !== '?') {
      this.#at++;
      return { opens: true };
    }
    const head = text.slice(this.#at, this.#at + 200);
    if (/^\(\?<?[=!]/.test(head)) return `"${/^\(\?<?[=!]/.exec(head)?.[0]}" looks ahead or behind, which RE2 cannot`;
    const named = /^\(\?P?<([^>]*)>/.exec(head);
    if (named) {
      if (!/^\w+$/.test(named[1] as string)) return `"${named[1]}" is no name of a group`;
      this.#at += named[0].length;
      return { opens: true };
    }
    const flags = /^\(\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(head);
    if (!flags) return `"${head.slice(0, 4)}" begins no group that RE2 knows`;
    this.#at += flags[0].length;
    return { opens: flags[3] === ':' };
  }

  #escape(inClass: boolean): { operand: boolean } | string {
    const text = this.#text;
    const letter = text[this.#at + 1];
    if (letter === undefined) return 'it ends with a backslash';
    const two = `\\${letter}`;
    if (letter === 'Q' && !inClass) {
      const end = text.indexOf('\\E', this.#at + 2);
      const empty = end === this.#at + 2 || this.#at + 2 === text.length;
      this.#at = end < 0 ? text.length : end + 2;
      return { operand: !empty };
    }
    if (letter === 'p' || letter === 'P') {
      const found = /^\\[pP](?:\{\^?[^}]*\}|[^{])/su.exec(text.slice(this.#at, this.#at + 60));
      if (!found) return `"${two}" wants the name of a class of characters`;
      this.#at += found[0].length;
      return { operand: true };
    }
    if (letter === 'x') {
      const found = /^\\x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,8}\})/.exec(text.slice(this.#at, this.#at + 14));
      if (!found) return `"${two}" wants two hexadecimal digits`;
      this.#at += found[0].length;
      return { operand: true };
    }
    if (/[1-7]/.test(letter)) {
      if (!/[0-7]/.test(text[this.#at + 2] ?? '')) return `"${two}" refers back to a group, which RE2 cannot`;
      this.#at += 3;
      return { operand: true };
    }
    const known =
      letter === '0' ||
      CONTROL_ESCAPES.includes(letter) ||
      (inClass ? 'dDsSwW' : PERL_ESCAPES).includes(letter) ||
      (letter.charCodeAt(0) < 0x80 && !/[A-Za-z0-9]/.test(letter));
    if (!known) return `"${two}" is no escape that RE2 knows`;
    this.#at += 2;
    return { operand: true };
  }

  // A class of characters: `[a-z_]`, `[^]x]`, `[[:alpha:]-]`.
  #class(): string | undefined {
    const text = this.#text;
    this.#at += text[this.#at + 1] === '^' ? 2 : 1;
    let first = true;
    for (;;) {
      if (this.#at >= text.length) return 'a "[" is not closed';
      if (text[this.#at] === ']' && !first) {
        this.#at++;
        return undefined;
      }
      first = false;
      const posix = /^\[:\^?(\w*):\]/.exec(text.slice(this.#at, this.#at + 20));
      if (posix) {
        if (!POSIX_CLASSES.has(posix[1] as string)) return `"${posix[0]}" is no class of characters`;
        this.#at += posix[0].length;
        continue;
      }
      const from = this.#member();
      if (typeof from === 'string') return from;
      if (
        from.code === undefined ||
        text[this.#at] !== '-' ||
        text[this.#at + 1] === ']' ||
        this.#at + 1 >= text.length
      )
        continue;
      const begin = this.#at - 1;
      this.#at++;
      const to = this.#member();
      if (typeof to === 'string') return to;
      if (to.code !== undefined && from.code > to.code)
        return `the range "${text.slice(begin, this.#at)}" runs backwards`;
    }
  }

  /** One character of a class; without a code where it stands for several, or where its code is not worked out. */
  #member(): { code: number | undefined } | string {
    if (this.#text[this.#at] === '\\') {
      const letter = this.#text[this.#at + 1] ?? '';
      const escaped = this.#escape(true);
      if (typeof escaped === 'string') return escaped;
      return { code: /[A-Za-z0-9]/.test(letter) ? undefined : letter.charCodeAt(0) };
    }
    const code = this.#text.codePointAt(this.#at) as number;
    this.#at += code > 0xffff ? 2 : 1;
    return { code };
  }
}
