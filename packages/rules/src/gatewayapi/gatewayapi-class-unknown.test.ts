import { testRule } from '@meshvet/core/testing';
import { gatewayapiClassUnknown } from './gatewayapi-class-unknown.ts';

testRule(gatewayapiClassUnknown);
