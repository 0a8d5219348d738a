import { testRule } from '@meshvet/core/testing';
import { injectHostNetwork } from './inject-host-network.ts';

testRule(injectHostNetwork);
