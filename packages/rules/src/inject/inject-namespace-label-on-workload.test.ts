import { testRule } from '@meshvet/core/testing';
import { injectNamespaceLabelOnWorkload } from './inject-namespace-label-on-workload.ts';

testRule(injectNamespaceLabelOnWorkload);
