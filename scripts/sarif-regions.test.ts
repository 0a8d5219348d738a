import type { Log, Region } from 'sarif';
import { expect, test } from 'vitest';
import { regionFaults } from './sarif-regions.ts';

const FILES: Readonly<Record<string, string>> = { 'a b.yaml': 'kind: Service\r\nspec:\n', 'c.yaml': '' };

function faults(region: Region, uri = 'a%20b.yaml', related = false): string[] {
  const place = { physicalLocation: { artifactLocation: { uri }, region } };
  const result = {
    ruleId: 'r',
    message: { text: '' },
    ...(related ? { relatedLocations: [place] } : { locations: [place] }),
  };
  const log: Log = { version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [result] }] };
  return regionFaults(log, '', (_, path) => FILES[path]);
}

const at = (startLine: number, startColumn: number, endLine: number, endColumn: number): Region => ({
  startLine,
  startColumn,
  endLine,
  endColumn,
});

test.each([at(1, 7, 1, 14), at(1, 1, 3, 1), at(2, 6, 2, 6), at(1, 14, 2, 1)])('%j lies inside', (region) => {
  expect(faults(region)).toEqual([]);
  expect(faults(region, 'a%20b.yaml', true)).toEqual([]);
});

test.each([at(1, 7, 1, 15), at(0, 1, 1, 1), at(1, 0, 1, 1), at(1, 1, 4, 1), at(2, 3, 2, 2), at(2, 1, 1, 9)])(
  '%j does not',
  (region) => {
    expect(faults(region).length).toBe(1);
    expect(faults(region, 'a%20b.yaml', true).length).toBe(1);
  },
);

test('a file that is not there, and a region that is not whole, are faults', () => {
  expect(faults(at(1, 1, 1, 1), 'gone.yaml')).toEqual(['r: no file "gone.yaml"']);
  expect(faults({ startLine: 1 })).toEqual(['r: a b.yaml: a region without all four numbers']);
  expect(faults(at(1, 1, 1, 1), 'c.yaml')).toEqual([]);
});
