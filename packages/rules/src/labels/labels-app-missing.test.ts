import { testRule } from '@meshvet/core/testing';
import { labelsAppMissing } from './labels-app-missing.ts';

testRule(labelsAppMissing);
