import { testRule } from '@meshvet/core/testing';
import { yamlTooLarge } from './yaml-too-large.ts';

testRule(yamlTooLarge);
