import { testRule } from '@meshvet/core/testing';
import { labelsSelectorContainsVersion } from './labels-selector-contains-version.ts';

testRule(labelsSelectorContainsVersion);
