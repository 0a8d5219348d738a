import { testRule } from '@meshvet/core/testing';
import { gatewayapiCertificateUnknown } from './gatewayapi-certificate-unknown.ts';

testRule(gatewayapiCertificateUnknown);
