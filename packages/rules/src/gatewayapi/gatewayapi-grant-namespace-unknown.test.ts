import { testRule } from '@meshvet/core/testing';
import { gatewayapiGrantNamespaceUnknown } from './gatewayapi-grant-namespace-unknown.ts';

testRule(gatewayapiGrantNamespaceUnknown);
