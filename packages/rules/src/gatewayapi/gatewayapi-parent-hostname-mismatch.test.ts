import { testRule } from '@meshvet/core/testing';
import { gatewayapiParentHostnameMismatch } from './gatewayapi-parent-hostname-mismatch.ts';

testRule(gatewayapiParentHostnameMismatch);
