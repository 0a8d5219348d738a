import { testRule } from '@meshvet/core/testing';
import { injectKeyTypo } from './inject-key-typo.ts';

testRule(injectKeyTypo);
