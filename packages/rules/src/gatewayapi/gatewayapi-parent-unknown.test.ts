import { testRule } from '@meshvet/core/testing';
import { gatewayapiParentUnknown } from './gatewayapi-parent-unknown.ts';

testRule(gatewayapiParentUnknown);
