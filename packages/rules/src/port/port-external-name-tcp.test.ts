import { testRule } from '@meshvet/core/testing';
import { portExternalNameTcp } from './port-external-name-tcp.ts';

testRule(portExternalNameTcp);
