import { testRule } from '@meshvet/core/testing';
import { injectAnnotationIneffective } from './inject-annotation-ineffective.ts';

testRule(injectAnnotationIneffective);
