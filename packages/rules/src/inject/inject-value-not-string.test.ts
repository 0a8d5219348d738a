import { testRule } from '@meshvet/core/testing';
import { injectValueNotString } from './inject-value-not-string.ts';

testRule(injectValueNotString);
