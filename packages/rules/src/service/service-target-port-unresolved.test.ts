import { testRule } from '@meshvet/core/testing';
import { serviceTargetPortUnresolved } from './service-target-port-unresolved.ts';

testRule(serviceTargetPortUnresolved);
