import { testRule } from '@meshvet/core/testing';
import { injectSystemNamespace } from './inject-system-namespace.ts';

testRule(injectSystemNamespace);
