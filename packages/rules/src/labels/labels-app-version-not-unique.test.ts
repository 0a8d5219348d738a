import { testRule } from '@meshvet/core/testing';
import { labelsAppVersionNotUnique } from './labels-app-version-not-unique.ts';

testRule(labelsAppVersionNotUnique);
