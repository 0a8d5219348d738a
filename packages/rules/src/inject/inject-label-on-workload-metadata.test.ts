import { testRule } from '@meshvet/core/testing';
import { injectLabelOnWorkloadMetadata } from './inject-label-on-workload-metadata.ts';

testRule(injectLabelOnWorkloadMetadata);
