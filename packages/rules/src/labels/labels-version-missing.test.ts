import { testRule } from '@meshvet/core/testing';
import { labelsVersionMissing } from './labels-version-missing.ts';

testRule(labelsVersionMissing);
