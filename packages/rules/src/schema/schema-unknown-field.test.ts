import { testRule } from '@meshvet/core/testing';
import { schemaUnknownField } from './schema-unknown-field.ts';

testRule(schemaUnknownField);
