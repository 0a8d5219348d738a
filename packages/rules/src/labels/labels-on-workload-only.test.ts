import { testRule } from '@meshvet/core/testing';
import { labelsOnWorkloadOnly } from './labels-on-workload-only.ts';

testRule(labelsOnWorkloadOnly);
