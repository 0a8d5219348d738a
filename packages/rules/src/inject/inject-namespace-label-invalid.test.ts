import { testRule } from '@meshvet/core/testing';
import { injectNamespaceLabelInvalid } from './inject-namespace-label-invalid.ts';

testRule(injectNamespaceLabelInvalid);
