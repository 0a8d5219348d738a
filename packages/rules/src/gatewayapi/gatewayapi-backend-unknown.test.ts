import { testRule } from '@meshvet/core/testing';
import { gatewayapiBackendUnknown } from './gatewayapi-backend-unknown.ts';

testRule(gatewayapiBackendUnknown);
