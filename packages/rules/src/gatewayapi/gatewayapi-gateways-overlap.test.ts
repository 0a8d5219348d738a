import { testRule } from '@meshvet/core/testing';
import { gatewayapiGatewaysOverlap } from './gatewayapi-gateways-overlap.ts';

testRule(gatewayapiGatewaysOverlap);
