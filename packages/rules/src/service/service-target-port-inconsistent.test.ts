import { testRule } from '@meshvet/core/testing';
import { serviceTargetPortInconsistent } from './service-target-port-inconsistent.ts';

testRule(serviceTargetPortInconsistent);
