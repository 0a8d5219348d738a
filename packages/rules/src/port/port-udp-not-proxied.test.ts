import { testRule } from '@meshvet/core/testing';
import { portUdpNotProxied } from './port-udp-not-proxied.ts';

testRule(portUdpNotProxied);
