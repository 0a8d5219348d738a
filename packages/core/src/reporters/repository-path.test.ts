import { expect, test } from 'vitest';
import { isOutside, repositoryPath } from './repository-path.ts';

test.each([
  ['a.yaml', '', 'a.yaml'],
  ['./k8s//a.yaml', '', 'k8s/a.yaml'],
  ['a.yaml', 'deploy/k8s', 'deploy/k8s/a.yaml'],
  ['../a.yaml', 'deploy/k8s', 'deploy/a.yaml'],
  ['k8s/../../a.yaml', 'deploy', 'a.yaml'],
  ['..a/.b', 'x', 'x/..a/.b'],
])('%j in %j is %j', (path, folder, expected) => {
  expect(repositoryPath(path, folder)).toBe(expected);
  expect(isOutside(repositoryPath(path, folder))).toBe(false);
});

test.each([
  ['../a.yaml', '', '../a.yaml'],
  ['../../../a.yaml', 'deploy', '../../a.yaml'],
  ['..', '', '..'],
  ['/etc/a.yaml', 'deploy', '/etc/a.yaml'],
  ['D:/k8s/a.yaml', 'deploy', 'D:/k8s/a.yaml'],
])('%j in %j is outside', (path, folder, expected) => {
  expect(repositoryPath(path, folder)).toBe(expected);
  expect(isOutside(expected)).toBe(true);
});
