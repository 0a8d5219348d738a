import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from './step.ts';

// What docs/github-action.md says has to be true of action.yml.

const page = readFileSync(join(ROOT, 'docs/github-action.md'), 'utf8');
const manifest = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as Readonly<
  Record<'inputs' | 'outputs', Readonly<Record<string, object>>>
>;

interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, { readonly permissions?: object; readonly steps: readonly Step[] }>>;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly id?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const workflows = [...page.matchAll(/^```yaml\n# (\.github\/workflows\/\S+)\n(.*?)^```/gms)].map(
  (match) => [match[1] as string, parse(match[2] as string) as Workflow, match[2] as string] as const,
);

test.each(['inputs', 'outputs'] as const)('the table of %s has all of them', (kind) => {
  const start = page.indexOf(`## ${kind === 'inputs' ? 'Inputs' : 'Outputs'}`);
  const table = page.slice(start, page.indexOf('\n## ', start + 1));
  const rows = [...table.matchAll(/^\| (`.*?`) \|/gm)].flatMap((match) =>
    (match[1] as string).split(', ').map((name) => name.replaceAll('`', '')),
  );
  expect(rows.sort()).toEqual(Object.keys(manifest[kind]).sort());
});

test('there are two workflows', () => {
  expect(workflows.length).toBe(2);
});

describe.each(workflows)('%s', (_path, workflow, text) => {
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  test('gives the job that reads the files no right but to read', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(workflow.jobs)) {
      if (job.steps.some(({ uses }) => uses?.includes('/meshvet@'))) expect(job.permissions).toBeUndefined();
    }
  });

  test('has inputs and outputs that there are', () => {
    const own = steps.filter(({ uses }) => uses?.includes('/meshvet@'));
    expect(own.length).toBe(1);
    for (const { with: inputs = {} } of own) {
      expect(Object.keys(inputs).filter((name) => !Object.hasOwn(manifest.inputs, name))).toEqual([]);
      // An unquoted version would be a number by the time the Action sees it.
      for (const [name, value] of Object.entries(inputs))
        if (name.endsWith('-version')) expect(typeof value).toBe('string');
    }
    const named = [...text.matchAll(/steps\.meshvet\.outputs\.([\w-]+)/g)].map((match) => match[1] as string);
    expect(named.filter((name) => !Object.hasOwn(manifest.outputs, name))).toEqual([]);
  });

  test('names full versions, keeps no token in the checkout, and runs no script', () => {
    for (const { uses, run, with: inputs } of steps) {
      expect(uses).toMatch(/@v\d+\.\d+\.\d+$/);
      expect(run).toBeUndefined();
      if (uses?.startsWith('actions/checkout@')) expect(inputs).toMatchObject({ 'persist-credentials': false });
    }
  });
});
