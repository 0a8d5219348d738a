import { testRule } from '@meshvet/core/testing';
import { portNameMissingSeparator } from './port-name-missing-separator.ts';

testRule(portNameMissingSeparator);
