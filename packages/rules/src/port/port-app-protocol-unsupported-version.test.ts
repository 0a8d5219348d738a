import { testRule } from '@meshvet/core/testing';
import { portAppProtocolUnsupportedVersion } from './port-app-protocol-unsupported-version.ts';

testRule(portAppProtocolUnsupportedVersion);
