import type { Rule } from '../packages/core/src/index.ts';
import { ISTIOCTL_CODES, KIALI_CODES, type OtherCode } from './other-codes.ts';

const NOTICE =
  '<!-- Written by `pnpm run docs` from scripts/other-codes.ts and the rules. Change those, not this page. -->';

/** Every code of `istioctl analyze` and of Kiali, with the rules that say the same, or why there is none. */
export function codesPage(rules: readonly Rule[]): string {
  const byCode = rulesByCode(rules);
  const count = (codes: readonly OtherCode[]) => {
    const now = codes.filter(({ level }) => level !== 'retired');
    return `${now.filter(({ code }) => byCode.has(code)).length} of ${now.length}`;
  };
  return `${[
    '# Codes of other tools',
    NOTICE,
    'A code works wherever the id of a rule does: in the config, in `--rule IST0118:off`, in suppression comments and in `meshvet explain IST0118`. Where one code stands for several mistakes, a word behind a slash narrows it: `IST0101` is every reference into nothing, `IST0101/gateway` that to a Gateway.',
    `## istioctl analyze\n\nRules stand behind ${count(ISTIOCTL_CODES)} codes. The level is that of istioctl; the severity here may differ with the case, see the page of the rule.`,
    table(ISTIOCTL_CODES, byCode, 'name'),
    `## Kiali\n\nRules stand behind ${count(KIALI_CODES)} codes.`,
    table(KIALI_CODES, byCode, 'finds'),
  ].join('\n\n')}\n`;
}

/** Rules by the codes they carry, without what stands behind a slash, each with those words. */
export function rulesByCode(rules: readonly Rule[]): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const byCode = new Map<string, Map<string, string[]>>();
  for (const { meta } of [...rules].sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1))) {
    for (const written of meta.codes ?? []) {
      const [code = '', word] = written.split('/');
      const of = byCode.get(code) ?? new Map<string, string[]>();
      of.set(meta.id, [...(of.get(meta.id) ?? []), ...(word === undefined ? [] : [word])]);
      byCode.set(code, of);
    }
  }
  return byCode;
}

function table(
  codes: readonly OtherCode[],
  byCode: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>,
  heading: string,
): string {
  const rows = codes.map(({ code, level, what, without }) => {
    const links = [...(byCode.get(code) ?? [])].map(([id, words]) => {
      const narrowed = words.map((word) => `\`/${word}\``).join(', ');
      return `[${id}](rules/${id}.md)${narrowed ? ` (${narrowed})` : ''}`;
    });
    return `| ${code} | ${what} | ${level} | ${links.join(', ') || `none: ${without}`} |`;
  });
  return [`| code | ${heading} | level | rules |`, '|---|---|---|---|', ...rows].join('\n');
}
