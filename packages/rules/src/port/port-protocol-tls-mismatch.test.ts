import { testRule } from '@meshvet/core/testing';
import { portProtocolTlsMismatch } from './port-protocol-tls-mismatch.ts';

testRule(portProtocolTlsMismatch);
