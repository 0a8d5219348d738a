import { testRule } from '@meshvet/core/testing';
import { schemaMissingField } from './schema-missing-field.ts';

testRule(schemaMissingField);
