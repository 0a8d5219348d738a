import { testRule } from '@meshvet/core/testing';
import { servicePodNoService } from './service-pod-no-service.ts';

testRule(servicePodNoService);
