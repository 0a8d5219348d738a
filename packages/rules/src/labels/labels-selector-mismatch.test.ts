import { testRule } from '@meshvet/core/testing';
import { labelsSelectorMismatch } from './labels-selector-mismatch.ts';

testRule(labelsSelectorMismatch);
