import { testRule } from '@meshvet/core/testing';
import { yamlTooLarge } from './yaml-too-large.ts';

testRule(yamlTooLarge, {
  bad: {
    'eleven million letters': { files: { 'large.yaml': `# ${'x'.repeat(11_000_000)} #~ tooLarge\n` } },
  },
});
