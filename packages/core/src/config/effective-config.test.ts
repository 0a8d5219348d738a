import { describe, expect, test } from 'vitest';
import { meshSettings } from '../installation/settings.ts';
import type { Config } from './config.ts';
import { effectiveConfig } from './effective-config.ts';
import { settingsOf } from './resolve-config.ts';
import { readConfig } from './validate-config.ts';

const CONFIG: Config = {
  $schema: 'x',
  preset: 'strict',
  uniqueApp: 'off',
  externals: { hosts: ['a.example'] },
  overrides: [
    { files: ['old/**'], rules: {} },
    { kinds: ['Service'], rules: {} },
  ],
  projects: [
    'clusters/*',
    { folder: 'old', profile: 'istio-legacy', uniqueApp: 'strict', externals: { hosts: ['b.example'] } },
  ],
  ignore: ['vendor'],
};

describe('what a config comes to', () => {
  test('for nothing: the defaults', () => {
    const { config, project, ignored } = effectiveConfig({});
    expect(settingsOf(config)).toEqual(meshSettings());
    expect(config).toMatchObject({ preset: 'recommended', failOn: 'error', rules: {}, overrides: [] });
    expect([project, ignored]).toEqual([undefined, false]);
  });

  const rows: [path: string | undefined, project: string | undefined, ignored: boolean, part: object][] = [
    [undefined, undefined, false, { preset: 'strict', projects: CONFIG.projects, overrides: CONFIG.overrides }],
    ['a.yaml', undefined, false, { profile: 'istio-current', uniqueApp: 'off', overrides: [CONFIG.overrides?.[1]] }],
    ['clusters/west/a.yaml', 'clusters/west', false, { istioVersion: '1.30' }],
    [
      'old/deep/a.yaml',
      'old',
      false,
      {
        profile: 'istio-legacy',
        istioVersion: '1.4',
        uniqueApp: 'strict',
        externals: { ...meshSettings().externals, hosts: ['a.example', 'b.example'] },
        overrides: CONFIG.overrides,
      },
    ],
    ['vendor/a.yaml', undefined, true, {}],
    ['../a.yaml', undefined, false, {}],
  ];
  test.each(rows)('for %s', (path, project, ignored, part) => {
    const found = effectiveConfig(CONFIG, path);
    expect(found).toMatchObject({ ignored, config: part });
    expect(found.project).toBe(project);
    if (path !== undefined) expect(found.config).not.toHaveProperty('projects');
  });

  test('is a config itself, which comes to the same', async () => {
    for (const path of ['a.yaml', 'old/a.yaml', undefined]) {
      const { config } = effectiveConfig(CONFIG, path);
      expect(await readConfig({ path: 'x.json', text: JSON.stringify(config) }, [])).toEqual({ config });
      expect(effectiveConfig(config).config).toEqual(config);
    }
  });
});
