import { testRule } from '@meshvet/core/testing';
import { schemaOneOf } from './schema-one-of.ts';

testRule(schemaOneOf);
