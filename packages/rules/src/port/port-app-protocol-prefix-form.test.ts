import { testRule } from '@meshvet/core/testing';
import { portAppProtocolPrefixForm } from './port-app-protocol-prefix-form.ts';

testRule(portAppProtocolPrefixForm);
