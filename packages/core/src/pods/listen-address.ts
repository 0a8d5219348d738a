import type { Container } from '../cluster/workloads.ts';
import type { Field } from '../source/field.ts';

/** Something in a manifest that tells a program to listen on the loopback address. */
export interface ListenHint {
  /** As written: `--listen=127.0.0.1:8080`, `BIND_ADDR=localhost`. */
  readonly text: string;
  readonly field: Field;
  /** The port beside the address, where there is one. */
  readonly port: number | undefined;
}

// Names that programs give to the address they listen on, and to nothing else: `--host` may be the host of a database.
const FLAGS: ReadonlySet<string> = new Set([
  'bind',
  'bind-addr',
  'bind-address',
  'bind-host',
  'bind_ip',
  'http-address',
  'http-listen-address',
  'listen',
  'listen-addr',
  'listen-address',
  'listen-host',
  'web.listen-address',
]);

const VARIABLES: ReadonlySet<string> = new Set([
  'BIND',
  'BIND_ADDR',
  'BIND_ADDRESS',
  'BIND_HOST',
  'LISTEN',
  'LISTEN_ADDR',
  'LISTEN_ADDRESS',
  'LISTEN_HOST',
  'SERVER_ADDRESS',
]);

/** What tells a container to listen on the loopback address: hints only, of arguments and plain environment. */
export function listenHints(container: Container): readonly ListenHint[] {
  const field = container.field as Field;
  const words = [...field.at('command').items(), ...field.at('args').items()] as Field[];
  // A shell hides what is an argument of what.
  const hints = words.flatMap((word, i) => hintOf(word, words[i + 1]) ?? []);
  for (const variable of field.at('env').items() as Field[]) {
    const name = variable.at('name').string();
    const value = variable.at('value');
    const text = value.string();
    const address = name !== undefined && text !== undefined && VARIABLES.has(name) ? loopback(text) : undefined;
    if (address) hints.push({ text: `${name}=${text}`, field: value, port: address.port });
  }
  return hints;
}

function hintOf(word: Field, next: Field | undefined): ListenHint | undefined {
  const text = word.string();
  if (text === undefined || text.length > 200 || !text.startsWith('-')) return undefined;
  const equals = text.indexOf('=');
  const flag = (equals < 0 ? text : text.slice(0, equals)).replace(/^--?/, '');
  if (!FLAGS.has(flag)) return undefined;
  const value = equals < 0 ? next?.string() : text.slice(equals + 1);
  const address = value === undefined ? undefined : loopback(value);
  if (!address) return undefined;
  return equals < 0 && next
    ? { text: `${text} ${value}`, field: next, port: address.port }
    : { text, field: word, port: address.port };
}

function loopback(text: string): { port: number | undefined } | undefined {
  const match = /^(?:[a-z]{2,5}:\/\/)?(?:127\.0\.0\.1|localhost|\[::1\]|::1)(?::(\d{1,5}))?$/.exec(text);
  return match ? { port: match[1] === undefined ? undefined : Number(match[1]) } : undefined;
}
