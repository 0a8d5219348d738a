// Whether this tree may be published: `node scripts/release-check.mjs TAG OWNER/REPOSITORY`. Names every reason against it.
import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const PUBLISHED = ['core', 'rules', 'cli'];

/** Why the tree at `root` (a URL of a folder) cannot be published from `repository` as `tag`, one line each. */
export function releaseFaults(root, tag, repository) {
  const faults = [];
  for (const folder of PUBLISHED) {
    const {
      name,
      version,
      repository: source,
    } = JSON.parse(readFileSync(new URL(`packages/${folder}/package.json`, root), 'utf8'));
    if (tag !== `v${version}`) faults.push(`${name} has version ${version}, and the tag is ${tag}`);
    // npm compares it with the repository that the provenance is signed for, and refuses another one.
    const url = `git+https://github.com/${repository}.git`;
    if (source.url !== url)
      faults.push(`${name} says that its repository is ${source.url}; published from here it is ${url}`);
  }
  const open = readdirSync(new URL('.changeset/', root)).filter((file) => file.endsWith('.md') && file !== 'README.md');
  if (open.length > 0)
    faults.push(`changesets that are in no version yet: ${open.join(', ')}; run "changeset version"`);
  return faults;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [tag = '', repository = ''] = process.argv.slice(2);
  const faults = releaseFaults(new URL('../', import.meta.url), tag, repository);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else console.log(`${tag} of ${repository} may be published`);
}
