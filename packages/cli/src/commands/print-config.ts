import { dirname, relative, resolve, sep } from 'node:path';
import { effectiveConfig, visibleJson, visibleText, yamlText } from '@meshvet/core';
import { type Arguments, parseFormats } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import type { Host } from '../host.ts';
import { printTo } from '../print-to.ts';
import { runOptions } from '../run-options.ts';
import { shownPath } from '../shown-path.ts';

/** `meshvet print-config [FILE]`: what config, flags and defaults come to, for one file or as a whole. */
export async function printConfigCommand({ operands, flags }: Arguments, host: Host): Promise<number> {
  const [file, more] = operands;
  if (more !== undefined) throw new UsageError('print-config takes one file: meshvet print-config FILE');
  if (file !== undefined && host.kind(resolve(host.cwd, file)) === undefined)
    throw new UsageError(`no such file or folder "${visibleText(file)}"`);
  const formats = parseFormats(flags.all('format'), ['text', 'json']);
  const { config, options } = await runOptions(flags, host);
  const { configPath, overrides = [] } = options;
  const folder = configPath === undefined ? host.cwd : dirname(resolve(host.cwd, configPath));
  // A flag counts more than all entries of `overrides`, and so does an entry without conditions at their end.
  const whole = { ...config, overrides: [...(config.overrides ?? []), ...overrides.map((rules) => ({ rules }))] };
  const path = file === undefined ? undefined : relative(folder, resolve(host.cwd, file)).replaceAll(sep, '/');
  const found = effectiveConfig(whole as typeof config, path);
  const printed = {
    configFile: configPath === undefined ? null : shownPath(host, resolve(host.cwd, configPath)),
    ...(file === undefined ? {} : { file, project: found.project ?? null, ignored: found.ignored }),
    config: found.config,
  };
  for (const { format, file: target } of formats) {
    // Both forms know the escapes of JSON.
    const text = visibleJson(format === 'json' ? `${JSON.stringify(printed, null, 2)}\n` : yamlText(printed));
    printTo(target, text, 'the config', host);
  }
  return 0;
}
