import { testRule } from '@meshvet/core/testing';
import { serviceTargetPortShared } from './service-target-port-shared.ts';

testRule(serviceTargetPortShared);
