/**
 * Why a text is no expression of CEL, the language of Telemetry's filters; undefined when it is one, and where that is not certain. Only
 * the grammar is read: names and types are not.
 */
export function celSyntaxFault(text: string): string | undefined {
  if (text.length > LONGEST) return undefined;
  try {
    const tokens = tokensOf(text);
    if (tokens.length === 0) return 'it is empty';
    const parser = new Parser(tokens);
    parser.expression(0);
    return parser.rest();
  } catch (problem) {
    if (problem instanceof SyntaxFault) return problem.message;
    if (problem instanceof GivenUp) return undefined;
    throw problem;
  }
}

const LONGEST = 10_000;
// Deeper ones nobody writes, and a stack has an end.
const DEEPEST = 100;

class SyntaxFault extends Error {}
class GivenUp extends Error {}

interface Token {
  readonly kind: 'name' | 'value' | 'sign';
  readonly text: string;
}

const SPACE = /^(?:\s+|\/\/[^\n]*)/;
const NUMBER = /^(?:0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?[uU]?)/;
const NAME = /^[A-Za-z_]\w*/;
const SIGN = /^(?:&&|\|\||[<>=!]=|[-+*/%<>!?:.,()[\]{}])/;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let rest = text;
  const take = (length: number) => {
    const taken = rest.slice(0, length);
    rest = rest.slice(length);
    return taken;
  };
  for (;;) {
    const space = SPACE.exec(rest);
    if (space) {
      take(space[0].length);
      continue;
    }
    if (rest === '') return tokens;
    const quoted = /^[rRbB]{0,2}(?:"""|'''|"|')/.exec(rest);
    const found = quoted ? undefined : (NUMBER.exec(rest) ?? undefined);
    if (quoted) tokens.push({ kind: 'value', text: take(stringLength(rest, quoted[0])) });
    else if (found) tokens.push({ kind: 'value', text: take(found[0].length) });
    else {
      const name = NAME.exec(rest);
      const sign = name ? undefined : SIGN.exec(rest);
      if (name) tokens.push({ kind: 'name', text: take(name[0].length) });
      else if (sign) tokens.push({ kind: 'sign', text: take(sign[0].length) });
      else throw new SyntaxFault(unknownSign(rest));
    }
  }
}

function unknownSign(rest: string): string {
  const sign = String.fromCodePoint(rest.codePointAt(0) as number);
  // Names in back quotes came later.
  if (sign === '`') throw new GivenUp();
  const likely: Readonly<Record<string, string>> = { '=': '==', '&': '&&', '|': '||' };
  return `"${sign}" is no operator${likely[sign] === undefined ? '' : `, and ${likely[sign]} is probably meant`}`;
}

function stringLength(rest: string, opening: string): number {
  const raw = /[rR]/.test(opening);
  const quote = opening.replace(/^[rRbB]+/, '');
  for (let at = opening.length; at < rest.length; at++) {
    if (rest[at] === '\\' && !raw) at++;
    else if (rest.startsWith(quote, at)) return at + quote.length;
    else if (rest[at] === '\n' && quote.length === 1) break;
  }
  throw new SyntaxFault('a text in quotes does not end');
}

const BINARY: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['<', '<=', '>=', '>', '==', '!=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  rest(): string | undefined {
    const token = this.#tokens[this.#at];
    return token === undefined ? undefined : `${JSON.stringify(token.text)} stands where an operator would`;
  }

  expression(depth: number): void {
    if (depth > DEEPEST) throw new GivenUp();
    this.#binary(0, depth);
    if (!this.#takes('?')) return;
    this.#binary(0, depth + 1);
    this.#needs(':');
    this.expression(depth + 1);
  }

  #binary(level: number, depth: number): void {
    const operators = BINARY[level];
    if (!operators) {
      this.#unary(depth);
      return;
    }
    do this.#binary(level + 1, depth);
    while (operators.some((operator) => this.#takes(operator)));
  }

  #unary(depth: number): void {
    while (this.#takes('!') || this.#takes('-'));
    this.#primary(depth);
    for (;;) {
      if (this.#takes('.')) {
        if (this.#tokens[this.#at]?.text === '?') throw new GivenUp();
        this.#name();
        if (this.#takes('(')) this.#list(')', depth, false);
      } else if (this.#takes('[')) {
        if (this.#tokens[this.#at]?.text === '?') throw new GivenUp();
        this.expression(depth + 1);
        this.#needs(']');
      } else if (this.#takes('{')) this.#list('}', depth, true);
      else return;
    }
  }

  #primary(depth: number): void {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new SyntaxFault('it ends where a value would follow');
    if (token.kind === 'value') this.#at++;
    else if (this.#takes('(')) {
      this.expression(depth + 1);
      this.#needs(')');
    } else if (this.#takes('[')) this.#list(']', depth, false);
    else if (this.#takes('{')) this.#list('}', depth, true);
    else {
      this.#takes('.');
      this.#name();
      if (this.#takes('(')) this.#list(')', depth, false);
    }
  }

  #list(end: string, depth: number, pairs: boolean): void {
    while (!this.#takes(end)) {
      if (this.#tokens[this.#at]?.text === '?') throw new GivenUp();
      this.expression(depth + 1);
      if (pairs) {
        this.#needs(':');
        this.expression(depth + 1);
      }
      if (this.#takes(',')) continue;
      this.#needs(end);
      return;
    }
  }

  #name(): void {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new SyntaxFault('it ends where a name would follow');
    if (token.kind !== 'name' || token.text === 'in')
      throw new SyntaxFault(`${JSON.stringify(token.text)} stands where a value would`);
    this.#at++;
  }

  #takes(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.kind === 'value' || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #needs(text: string): void {
    if (this.#takes(text)) return;
    const token = this.#tokens[this.#at];
    throw new SyntaxFault(
      token === undefined
        ? `"${text}" is missing at its end`
        : `${JSON.stringify(token.text)} stands where "${text}" would`,
    );
  }
}
