import { testRule } from '@meshvet/core/testing';
import { schemaValueInvalid } from './schema-value-invalid.ts';

testRule(schemaValueInvalid);
