import { Field } from '../source/field.ts';
import { readSingle } from '../source/read-single.ts';
import { type InputFile, SourceFile } from '../source/source-file.ts';

/** What a config file names that has to be loaded before the file can be checked, each once, in its order. */
export interface ConfigReferences {
  readonly extends: readonly string[];
  readonly plugins: readonly string[];
}

/** Reads the references alone: what is no name here is told by `readConfig`. */
export async function configReferences(file: InputFile): Promise<ConfigReferences> {
  if (file.problem) return { extends: [], plugins: [] };
  const { document } = await readSingle(new SourceFile(file.path, file.text));
  if (!document) return { extends: [], plugins: [] };
  const root = new Field(document, document.value);
  return { extends: texts(root.at('extends')), plugins: texts(root.at('plugins')) };
}

function texts(list: Field): readonly string[] {
  const values = (list.items() as Field[]).map(({ value }) => value);
  return [...new Set(values.filter((value): value is string => typeof value === 'string' && value !== ''))];
}
