import { testRule } from '@meshvet/core/testing';
import { gatewayapiParentListenerUnknown } from './gatewayapi-parent-listener-unknown.ts';

testRule(gatewayapiParentListenerUnknown);
