import { testRule } from '@meshvet/core/testing';
import { injectCronjobMetadata } from './inject-cronjob-metadata.ts';

testRule(injectCronjobMetadata);
