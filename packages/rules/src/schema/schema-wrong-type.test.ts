import { testRule } from '@meshvet/core/testing';
import { schemaWrongType } from './schema-wrong-type.ts';

testRule(schemaWrongType);
