import { testRule } from '@meshvet/core/testing';
import { gatewayapiBackendPort } from './gatewayapi-backend-port.ts';

testRule(gatewayapiBackendPort);
