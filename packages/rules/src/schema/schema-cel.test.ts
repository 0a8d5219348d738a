import { testRule } from '@meshvet/core/testing';
import { schemaCel } from './schema-cel.ts';

testRule(schemaCel);
