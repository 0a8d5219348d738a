import { testRule } from '@meshvet/core/testing';
import { gatewayapiListenerDuplicate } from './gatewayapi-listener-duplicate.ts';

testRule(gatewayapiListenerDuplicate);
