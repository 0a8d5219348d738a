import { describe, expect, test } from 'vitest';
import { LINKERD_CONFIG } from './linkerd-annotations.ts';
import { linkerdValueProblem } from './linkerd-values.ts';

const key = (name: string) => `config.linkerd.io/${name}`;

describe('values of annotations of Linkerd', () => {
  test.each([
    ['opaque-ports', '25,3306, 4000-4010,mysql', true],
    ['opaque-ports', '', true],
    ['skip-outbound-ports', '4567,4568', true],
    ['skip-outbound-ports', 'mysql', false],
    ['skip-inbound-ports', '70000', false],
    ['skip-inbound-ports', '20-10', false],
    ['skip-subnets', '10.0.0.0/8,fd00::/8', true],
    ['skip-subnets', '10.0.0.0/80', false],
    ['proxy-cpu-request', '100m', true],
    ['proxy-cpu-request', 'much', false],
    ['proxy-cpu-ratio-limit', '0.5', true],
    ['proxy-cpu-ratio-limit', '2', false],
    ['proxy-await', 'true', false],
    ['proxy-await', 'enabled', true],
    ['proxy-outbound-connect-timeout', '1000ms', true],
    ['proxy-outbound-connect-timeout', '1000', false],
    ['enable-debug-sidecar', 'yes', false],
    ['enable-debug-sidecar', 'True', true],
    ['default-inbound-policy', 'authenticated', false],
    ['default-inbound-policy', 'audit', true],
    ['proxy-log-level', 'whatever,linkerd=debug', true],
  ])('%s: %s', (name, text, right) => {
    expect(linkerdValueProblem(key(name), text) === undefined).toBe(right);
  });

  test('audit came with 2.16', () => {
    expect(linkerdValueProblem(key('default-inbound-policy'), 'audit', true)).toContain('deny');
  });

  test('each form is of a key that some release reads', () => {
    for (const name of ['opaque-ports', 'skip-subnets', 'proxy-cpu-ratio-limit', 'access-log', 'proxy-additional-env'])
      expect(LINKERD_CONFIG.has(key(name))).toBe(true);
  });
});
