import { describe, expect, it } from 'vitest';
import { type Host, nodeHost } from '../src/host.ts';
import { main } from '../src/main.ts';
import { temporaryFolder } from './temporary-folder.ts';

function hostAt(cwd: string, more: Partial<Host> = {}): { host: Host; printed: Record<'stdout' | 'stderr', string> } {
  const printed = { stdout: '', stderr: '' };
  const host: Host = {
    ...nodeHost(),
    cwd,
    env: {},
    print(stream, text) {
      printed[stream] += text;
    },
    ...more,
  };
  return { host, printed };
}

const failing =
  (message: string, more: object = {}) =>
  (): never => {
    throw Object.assign(new Error(message), more);
  };

describe('main', () => {
  it('names a file that the system refuses, and lints the rest', async () => {
    const cwd = temporaryFolder({ 'a.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n', 'b.yaml': '' });
    const { host, printed } = hostAt(cwd);
    const { read } = host;
    const refusing: Host = {
      ...host,
      read: (path, limit) =>
        String(path).endsWith('b.yaml') ? failing('EACCES: ...', { code: 'EACCES' })() : read(path, limit),
    };
    expect(await main(['--format', 'json', '.'], refusing)).toBe(2);
    expect(printed.stderr).toBe('meshvet: cannot read "b.yaml": permission denied\n');
    expect(JSON.parse(printed.stdout).summary.resources).toBe(1);
  });

  it('says in one line that a disk is full', async () => {
    const { host, printed } = hostAt(temporaryFolder());
    const full: Host = {
      ...host,
      print: (stream, text) =>
        stream === 'stdout' ? failing('ENOSPC', { code: 'ENOSPC', syscall: 'write' })() : host.print(stream, text),
    };
    expect(await main(['--help'], full)).toBe(2);
    expect(printed.stderr).toBe('meshvet: cannot write: no space left\n');
  });

  it('answers 2 also when nothing can be printed', async () => {
    const { host } = hostAt(temporaryFolder(), { print: failing('EIO', { code: 'EIO', syscall: 'write' }) });
    expect(await main(['--help'], host)).toBe(2);
  });

  it('shows a fault of its own with its stack, and no control code', async () => {
    const { host, printed } = hostAt(temporaryFolder(), { kind: failing('what \u001b[2J') });
    expect(await main(['.'], host)).toBe(2);
    expect(printed.stderr).toMatch(/^meshvet: a fault of meshvet itself/);
    expect(printed.stderr).toContain('what \\x1b[2J');
    expect(printed.stderr).toContain('    at ');
  });
});

describe('nodeHost', () => {
  it('reads no more than it may, also where the size says nothing', () => {
    expect(nodeHost().read('/dev/zero', 1000)).toHaveProperty('tooLarge');
    const folder = temporaryFolder({ a: 'x'.repeat(1001), b: 'x'.repeat(1000) });
    expect(nodeHost().read(`${folder}/a`, 1000)).toEqual({ tooLarge: 1001 });
    const whole = nodeHost().read(`${folder}/b`, 1000);
    expect('bytes' in whole && whole.bytes.length).toBe(1000);
  });
});
