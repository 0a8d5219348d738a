import { testRule } from '@meshvet/core/testing';
import { injectAnnotationDeprecated } from './inject-annotation-deprecated.ts';

testRule(injectAnnotationDeprecated);
