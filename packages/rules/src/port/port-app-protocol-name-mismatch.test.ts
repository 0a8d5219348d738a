import { testRule } from '@meshvet/core/testing';
import { portAppProtocolNameMismatch } from './port-app-protocol-name-mismatch.ts';

testRule(portAppProtocolNameMismatch);
