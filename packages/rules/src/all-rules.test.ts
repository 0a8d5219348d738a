import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROFILES, parseVersion, type Rule } from '@meshvet/core';
import { dedent, readMarks } from '@meshvet/core/testing';
import { describe, expect, test } from 'vitest';
import { allRules } from './index.ts';

// The census: what holds for every rule, whoever wrote it.

const HERE = import.meta.dirname;
const PAGES = join(HERE, '../../../docs/rules');
const LONGEST_SENTENCE = 240;
// A capital, a quote, a placeholder, or a name that is written small: kubectl, appProtocol, istio-injection, a key with dots.
const SENTENCE =
  /^(?:[A-Z"{]|(?:kubectl|istiod|istioctl|kubelet)\b|[a-z]+[A-Z]|[a-z]+(?:-[a-z]+)+\b|[a-z.]+\/[a-z]).*[.?]$/;
/** Rules whose mistake does not fit on a page: 10 MB, or files of two clusters. Their tests show it. */
const WITHOUT_BAD_EXAMPLE = ['multicluster-service-differs', 'yaml-too-large'];

const ruleFiles = readdirSync(HERE, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter(
    (path) => path.includes('/') && path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('shared/'),
  )
  .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
const ids = ruleFiles.map(idOf);
const byId = new Map(allRules.map((rule) => [rule.meta.id, rule]));

function idOf(path: string): string {
  return basename(path, '.ts');
}

function constOf(id: string): string {
  return id.replace(/-([a-z0-9])/g, (_, character: string) => character.toUpperCase());
}

test('there are rules', () => {
  expect(allRules.length).toBeGreaterThan(0);
});

test('each rule file is listed once, in order', () => {
  expect(allRules.map((rule) => rule.meta.id)).toEqual(ids);
});

test('each rule file exports one rule, named for its file', async () => {
  for (const path of ruleFiles) {
    const id = idOf(path);
    const exported: Record<string, unknown> = await import(pathToFileURL(join(HERE, path)).href);
    expect(Object.keys(exported), path).toEqual([constOf(id)]);
    expect((exported[constOf(id)] as Rule).meta.id, path).toBe(id);
    expect(byId.get(id), path).toBe(exported[constOf(id)]);
  }
});

test('each rule has a test beside it', () => {
  expect(ruleFiles.filter((path) => !existsSync(join(HERE, path.replace(/\.ts$/, '.test.ts'))))).toEqual([]);
});

test('no two rules share a name, not even one of former days', () => {
  const names = allRules.flatMap(({ meta }) => [meta.id, ...(meta.formerly ?? [])]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

describe.each(allRules.map((rule) => [rule.meta.id, rule] as const))('%s', (id, rule) => {
  const { meta } = rule;
  const messages = Object.entries(meta.messages as Readonly<Record<string, string>>);

  test('is named topic first', () => {
    expect(id).toMatch(/^(?:[a-z]+|k8s)(?:-[a-z0-9]+)+$/);
  });

  test.each([
    ['summary', meta.summary],
    ['why', meta.why],
    ['fix', meta.fix],
  ])('%s is a sentence', (_name, text) => {
    expect(text).toMatch(SENTENCE);
    expect(text).not.toMatch(/TODO|\n|\s{2}/);
    expect(text.length).toBeLessThanOrEqual(LONGEST_SENTENCE);
  });

  test('its messages are lines with plain placeholders', () => {
    expect(messages.length).toBeGreaterThan(0);
    for (const [messageId, message] of messages) {
      expect(messageId).toMatch(/^[a-z][A-Za-z0-9]*$/);
      expect(message, messageId).toMatch(SENTENCE);
      expect(message, messageId).not.toMatch(/TODO|\n|\s{2}/);
      expect(message.replace(/\{[a-z][A-Za-z]*\}/g, ''), `${messageId}: a brace that is no placeholder`).not.toMatch(
        /[{}]/,
      );
    }
  });

  test('its codes look like codes, and stand once', () => {
    const codes: readonly string[] = meta.codes ?? [];
    for (const code of codes) expect(code).toMatch(/^(?:IST\d{4}(?:\/[a-z]+)?|KIA\d{4})$/);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test('says where its claim is written', () => {
    expect(meta.sources.length).toBeGreaterThan(0);
    for (const source of meta.sources) expect(source.trim()).not.toBe('');
  });

  test('speaks of profiles and releases that there are', () => {
    expect(
      Object.keys(meta.profiles ?? {}).filter((profile) => !(PROFILES as readonly string[]).includes(profile)),
    ).toEqual([]);
    for (const version of [meta.since, meta.until])
      if (version !== undefined) expect(parseVersion(version)).toBeDefined();
    if (meta.subject !== 'problem') expect(meta.problem).toBeUndefined();
    else expect(meta.problem).toBeDefined();
  });

  test('has an example of what is wrong and of what is right', () => {
    if (WITHOUT_BAD_EXAMPLE.includes(id)) expect(rule.examples.bad).toEqual([]);
    else expect(rule.examples.bad.length).toBeGreaterThan(0);
    expect(rule.examples.good.length).toBeGreaterThan(0);
    for (const { yaml } of rule.examples.bad) {
      const unknown = readMarks('example.yaml', dedent(yaml)).filter(
        ({ messageId }) => !Object.hasOwn(meta.messages, messageId),
      );
      expect(unknown).toEqual([]);
    }
  });

  test('has a page', () => {
    const page = join(PAGES, `${id}.md`);
    expect(existsSync(page), `docs/rules/${id}.md is missing: run "pnpm run docs"`).toBe(true);
    expect(readFileSync(page, 'utf8')).toContain(`# ${id}\n`);
  });
});
