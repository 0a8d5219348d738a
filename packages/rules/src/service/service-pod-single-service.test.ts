import { testRule } from '@meshvet/core/testing';
import { servicePodSingleService } from './service-pod-single-service.ts';

testRule(servicePodSingleService);
