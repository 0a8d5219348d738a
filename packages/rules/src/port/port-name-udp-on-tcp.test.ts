import { testRule } from '@meshvet/core/testing';
import { portNameUdpOnTcp } from './port-name-udp-on-tcp.ts';

testRule(portNameUdpOnTcp);
