import { testRule } from '@meshvet/core/testing';
import { portAppProtocolEmpty } from './port-app-protocol-empty.ts';

testRule(portAppProtocolEmpty);
