import { testRule } from '@meshvet/core/testing';
import { labelsServiceAppMissing } from './labels-service-app-missing.ts';

testRule(labelsServiceAppMissing);
