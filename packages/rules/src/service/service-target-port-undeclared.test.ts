import { testRule } from '@meshvet/core/testing';
import { serviceTargetPortUndeclared } from './service-target-port-undeclared.ts';

testRule(serviceTargetPortUndeclared);
