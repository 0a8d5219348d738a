import { testRule } from '@meshvet/core/testing';
import { gatewayapiParentRefusesRoute } from './gatewayapi-parent-refuses-route.ts';

testRule(gatewayapiParentRefusesRoute);
