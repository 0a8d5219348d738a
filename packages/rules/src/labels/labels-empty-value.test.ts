import { testRule } from '@meshvet/core/testing';
import { labelsEmptyValue } from './labels-empty-value.ts';

testRule(labelsEmptyValue);
