import { knownTemplates } from '../injection/injector-templates.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { distance } from './inject-key-typo.ts';

/** The known template that a name is a slip of: in case, or by a letter or two. */
export function meantTemplate({ settings, installation }: Mesh, name: string): string | undefined {
  const word = name.toLowerCase();
  return [...knownTemplates(settings, installation)].find(
    (known) => distance(word, known) <= (known.length < 8 ? 1 : 2),
  );
}
