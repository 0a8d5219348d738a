import { testRule } from '@meshvet/core/testing';
import { injectNamespaceAnnotation } from './inject-namespace-annotation.ts';

testRule(injectNamespaceAnnotation);
