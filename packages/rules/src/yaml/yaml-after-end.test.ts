import { testRule } from '@meshvet/core/testing';
import { yamlAfterEnd } from './yaml-after-end.ts';

testRule(yamlAfterEnd);
