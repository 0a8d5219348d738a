import { testRule } from '@meshvet/core/testing';
import { portNameVersionUnsupported } from './port-name-version-unsupported.ts';

testRule(portNameVersionUnsupported);
