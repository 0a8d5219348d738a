import type { Config } from '../config/config.ts';
import { settingsOf } from '../config/resolve-config.ts';
import { type RuleSetup, resolvedRules } from './lint.ts';
import type { RuleDescription } from './result.ts';

/** The rules that run under a setup, in any of its projects, in the order given: for reports that describe them. */
export function describeRules(setup: RuleSetup): RuleDescription[] {
  const config = setup.config ?? {};
  const base = settingsOf(config);
  const layers: readonly Config[] = [
    config,
    ...(config.projects ?? []).flatMap((project) => (typeof project === 'string' ? [] : [project])),
  ];
  const described = new Map<string, RuleDescription>();
  for (const layer of layers) {
    const settings = layer === config ? base : settingsOf(layer, base);
    for (const { rule, severity, usual } of resolvedRules(setup, layer, settings)) {
      const { id, summary, why, fix, codes = [], severity: own } = rule.meta;
      if (described.has(id)) continue;
      // `off` here means that only some of its codes are on.
      const speaks = severity ?? usual;
      described.set(id, { id, summary, why, fix, codes, severity: speaks === 'off' ? own : speaks });
    }
  }
  return setup.rules.flatMap(({ meta }) => described.get(meta.id) ?? []);
}
