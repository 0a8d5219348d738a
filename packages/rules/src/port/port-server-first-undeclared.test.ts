import { testRule } from '@meshvet/core/testing';
import { portServerFirstUndeclared } from './port-server-first-undeclared.ts';

testRule(portServerFirstUndeclared);
