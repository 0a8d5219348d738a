import { expect, test } from 'vitest';
import { allRules } from '../packages/rules/src/index.ts';
import { codesPage, rulesByCode } from './codes-page.ts';
import { ISTIOCTL_CODES, KIALI_CODES } from './other-codes.ts';

const all = [...ISTIOCTL_CODES, ...KIALI_CODES];
const byCode = rulesByCode(allRules);

test('each code of a rule is in the table', () => {
  const known = new Set(all.map(({ code }) => code));
  expect([...byCode.keys()].filter((code) => !known.has(code))).toEqual([]);
});

test('each table has its codes once, in order', () => {
  for (const table of [ISTIOCTL_CODES, KIALI_CODES]) {
    const codes = table.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)].sort());
  }
});

test('each code has a rule, or a reason for having none, and not both', () => {
  expect(all.filter(({ code, without }) => (without === undefined) !== byCode.has(code))).toEqual([]);
});

test('the page links each code to its rules, or tells why there is none', () => {
  const page = codesPage(allRules);
  expect(page).toContain('[route-gateway-unknown](rules/route-gateway-unknown.md) (`/gateway`)');
  expect(page).toMatch(/^\| IST0141 \| InsufficientPermissions \| error \| none: .+ \|$/m);
  for (const { code } of all) expect(page).toContain(`| ${code} |`);
});
