import { expect, test } from 'vitest';
import { readDocuments } from './read-documents.ts';
import { SourceFile } from './source-file.ts';

const refused = async (character: string, place: (character: string) => string) => {
  const { problems } = await readDocuments(new SourceFile('a.yaml', place(character)));
  return problems.map((p) => (p.kind === 'syntax' ? p.data.reason : p.kind));
};

const places: Record<string, (character: string) => string> = {
  'a value': (c) => `apiVersion: v1\nkind: A\na: x${c}y\n`,
  quotes: (c) => `apiVersion: v1\nkind: A\na: "x${c}y"\n`,
  'a comment': (c) => `apiVersion: v1\nkind: A # x${c}y\n`,
  'a block': (c) => `apiVersion: v1\nkind: A\na: |\n  x${c}y\n`,
};

// go-yaml reads tab, line feed, carriage return, NEL, and everything from U+0020 on but DEL, C1, U+FFFE, U+FFFF and half pairs.
const control = [...Array(0xa0).keys(), 0xfffe, 0xffff, 0xd800, 0xdfff].filter(
  (code) => code !== 9 && code !== 10 && code !== 13 && code !== 0x85 && !(code >= 0x20 && code < 0x7f),
);

for (const [name, place] of Object.entries(places)) {
  test(`every control character is refused in ${name}`, async () => {
    for (const code of control) {
      const shown = code.toString(16).toUpperCase().padStart(4, '0');
      expect(await refused(String.fromCharCode(code), place)).toEqual([`the control character U+${shown}`]);
    }
  });

  test(`what is no control character is read in ${name}`, async () => {
    for (const character of ['é', '日', '😀', '\u00a0', '\ufffd', '\ue000'])
      expect(await refused(character, place)).toEqual([]);
  });
}
