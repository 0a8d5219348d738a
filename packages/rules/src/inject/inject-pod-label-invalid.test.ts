import { testRule } from '@meshvet/core/testing';
import { injectPodLabelInvalid } from './inject-pod-label-invalid.ts';

testRule(injectPodLabelInvalid);
