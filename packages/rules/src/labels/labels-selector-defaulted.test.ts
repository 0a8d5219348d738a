import { testRule } from '@meshvet/core/testing';
import { labelsSelectorDefaulted } from './labels-selector-defaulted.ts';

testRule(labelsSelectorDefaulted);
