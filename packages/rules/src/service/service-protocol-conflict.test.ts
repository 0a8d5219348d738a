import { testRule } from '@meshvet/core/testing';
import { serviceProtocolConflict } from './service-protocol-conflict.ts';

testRule(serviceProtocolConflict);
