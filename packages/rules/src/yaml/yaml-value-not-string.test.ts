import { testRule } from '@meshvet/core/testing';
import { yamlValueNotString } from './yaml-value-not-string.ts';

testRule(yamlValueNotString);
