import { testRule } from '@meshvet/core/testing';
import { yamlBomb } from './yaml-bomb.ts';

testRule(yamlBomb, {
  bad: {
    'lists without end': `apiVersion: v1\nkind: ConfigMap\ndata: ${'['.repeat(500)}${']'.repeat(500)} #~ depth\n`,
  },
  good: {
    'ninety levels are read': `apiVersion: v1\nkind: ConfigMap\ndata: ${'['.repeat(90)}${']'.repeat(90)}\n`,
  },
});
