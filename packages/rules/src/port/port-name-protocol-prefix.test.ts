import { testRule } from '@meshvet/core/testing';
import { portNameProtocolPrefix } from './port-name-protocol-prefix.ts';

testRule(portNameProtocolPrefix);
