import { testRule } from '@meshvet/core/testing';
import { serviceSelectsNothing } from './service-selects-nothing.ts';

testRule(serviceSelectsNothing);
