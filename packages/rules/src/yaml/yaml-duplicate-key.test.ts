import { testRule } from '@meshvet/core/testing';
import { yamlDuplicateKey } from './yaml-duplicate-key.ts';

testRule(yamlDuplicateKey);
