import { testRule } from '@meshvet/core/testing';
import { injectNamespaceLabelsConflict } from './inject-namespace-labels-conflict.ts';

testRule(injectNamespaceLabelsConflict);
