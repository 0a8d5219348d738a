import { testRule } from '@meshvet/core/testing';
import { gatewayapiReferenceNotGranted } from './gatewayapi-reference-not-granted.ts';

testRule(gatewayapiReferenceNotGranted);
