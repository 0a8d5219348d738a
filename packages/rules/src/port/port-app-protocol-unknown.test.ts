import { testRule } from '@meshvet/core/testing';
import { portAppProtocolUnknown } from './port-app-protocol-unknown.ts';

testRule(portAppProtocolUnknown);
